"""The graph of a result as a drawing.

>>> print(neurarust.viz.graph(loss, params=model).mermaid())
"""

from . import _C


class Graph:
    """A drawing: `dot()` for Graphviz, `mermaid()` for notes; notebooks show it by themselves."""

    def __init__(self, dot, mermaid):
        self._dot, self._mermaid = dot, mermaid

    def dot(self):
        """The graph as text in Graphviz' DOT language."""
        return self._dot

    def mermaid(self):
        """The graph as text for Mermaid, which Markdown viewers draw."""
        return self._mermaid

    def save(self, path):
        """Writes DOT to a path that ends in `.dot` or `.gv`, Mermaid elsewhere."""
        text = self._dot if str(path).endswith((".dot", ".gv")) else self._mermaid
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def __str__(self):
        return self._mermaid

    def _repr_markdown_(self):
        return f"```mermaid\n{self._mermaid}```"


def graph(loss, params=None):
    """Draws what `loss` was computed from. `params` names the leaves: a module, a dict, or pairs of name and tensor."""
    return Graph(*_C._graph(loss, named(params)))


def named(params):
    """Pairs of name and tensor, of a module, a dict or pairs."""
    if params is None:
        return []
    if hasattr(params, "named_parameters"):
        return list(params.named_parameters())
    return list(params.items() if hasattr(params, "items") else params)

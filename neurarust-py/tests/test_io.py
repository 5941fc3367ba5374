"""Files that NumPy and other readers of safetensors understand."""

import io

import numpy as np
import pytest

import neurarust as torch


def sample():
    return {"x": torch.arange(6.0).reshape(2, 3).t(), "n": torch.tensor(3), "none": torch.zeros(0, 2, dtype=torch.bool)}


def same(a, b):
    return a.keys() == b.keys() and all(a[k].dtype == b[k].dtype and torch.equal(a[k], b[k]) for k in a)


def test_npy_is_numpys(tmp_path):
    for t in (*sample().values(), torch.tensor([1 + 2j], dtype=torch.complex128), torch.ones(2, dtype=torch.float16)):
        torch.io.save_npy(tmp_path / "a.npy", t)
        array = np.load(tmp_path / "a.npy")
        assert array.shape == tuple(t.shape) and (array == t.numpy()).all()
        for order in (np.asfortranarray(array), np.flip(array)):
            np.save(tmp_path / "b.npy", order)
            assert (torch.io.load_npy(tmp_path / "b.npy").numpy() == order).all()


def test_npz_is_numpys(tmp_path):
    for compress in (False, True):
        torch.io.save_npz(tmp_path / "a.npz", sample(), compress=compress)
        with np.load(tmp_path / "a.npz") as arrays:
            assert list(arrays) == list(sample()) and all((arrays[k] == t.numpy()).all() for k, t in sample().items())
        assert same(torch.io.load_npz(tmp_path / "a.npz"), sample())
    np.savez_compressed(tmp_path / "b.npz", zeros=np.zeros(100_000))
    assert torch.io.load_npz(tmp_path / "b.npz")["zeros"].shape == (100_000,)
    with pytest.raises(ValueError, match="limit"):
        torch.io.load_npz(tmp_path / "b.npz", limit=1000)


def test_memory_in_place_of_files():
    for save, load, what in (
        (torch.io.save_npy, torch.io.load_npy, torch.ones(2)),
        (torch.io.save_npz, torch.io.load_npz, sample()),
        (torch.io.save_safetensors, torch.io.load_safetensors, sample()),
        (torch.save, torch.load, sample()),
    ):
        file = io.BytesIO()
        save(file, what) if save is not torch.save else save(what, file)
        file.seek(0)
        back = load(file)
        assert same(back, what) if isinstance(what, dict) else torch.equal(back, what)
        with pytest.raises(ValueError):
            load(io.BytesIO(file.getvalue()[:-1]))


def test_files_that_take_little_or_answer_no_bytes():
    class Slow(io.RawIOBase):
        def __init__(self):
            self.taken = b""

        def writable(self):
            return True

        def write(self, data):
            self.taken += bytes(data[:10])
            return min(10, len(data))

    file = Slow()
    torch.io.save_npy(file, torch.arange(100))
    assert torch.equal(torch.io.load_npy(io.BytesIO(file.taken)), torch.arange(100))

    class Odd:
        def read(self):
            return 10**12

    for load in (torch.load, torch.io.load_npy, torch.io.load_npz):
        with pytest.raises(TypeError, match="int"):
            load(Odd())
        with pytest.raises(TypeError, match="str"):
            load(io.StringIO("text"))


def test_save_keeps_complex_and_shared_tensors(tmp_path):
    x = torch.tensor([1 + 2j], dtype=torch.complex128)
    torch.save({"a": x, "b": [x, x.to(torch.complex64)], "d": torch.complex128}, tmp_path / "c")
    back = torch.load(tmp_path / "c", map_location="cpu")
    assert back["a"].dtype == torch.complex128 and torch.equal(back["a"], x) and back["b"][0] is back["a"]
    assert back["b"][1].dtype == torch.complex64 and back["d"] == torch.complex128
    with pytest.raises(RuntimeError, match="cuda"):
        torch.load(tmp_path / "c", map_location="cuda")


def test_a_failed_save_leaves_the_file(tmp_path):
    path = tmp_path / "a.npz"
    torch.io.save_npz(path, sample())
    with pytest.raises(TypeError, match="'y'"):
        torch.io.save_npz(path, {"x": torch.ones(1), "y": 3})
    assert same(torch.io.load_npz(path), sample()) and [p.name for p in tmp_path.iterdir()] == ["a.npz"]
    with pytest.raises(FileNotFoundError):
        torch.io.load_npy(tmp_path / "none.npy")
    with pytest.raises(OSError, match="none"):
        torch.io.save_npy(tmp_path / "none" / "a.npy", torch.ones(1))

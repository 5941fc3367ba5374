"""Writes src/datasets/digits.bin.gz from scikit-learn's copy of the UCI handwritten digits.

    pip download --no-deps scikit-learn
    python tools/digits.py scikit_learn-*.whl src/datasets/digits.bin.gz

The result holds, before compression, 1797 images of 64 bytes (row by row, 0 is blank, 16 is full ink) and then 1797
label bytes. Only the data is taken from the wheel; the licence and the credits are in src/datasets/README.md.
"""

import gzip
import sys
import zipfile

wheel, out = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    text = gzip.decompress(archive.read("sklearn/datasets/data/digits.csv.gz")).decode("ascii")
rows = [[int(float(cell)) for cell in line.split(",")] for line in text.splitlines() if line]
assert len(rows) == 1797 and all(len(row) == 65 for row in rows)
pixels = bytes(value for row in rows for value in row[:64])
labels = bytes(row[64] for row in rows)
assert max(pixels) == 16 and set(labels) == set(range(10))
with open(out, "wb") as file:
    # No name and no time in the header: the same input gives the same bytes.
    file.write(gzip.compress(pixels + labels, compresslevel=9, mtime=0))

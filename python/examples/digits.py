"""Trains a small convolutional network on real handwritten digits: the main job, from Python.

    python python/examples/digits.py [--epochs 20] [--seed 0] [--save model.safetensors]
"""

import argparse
import time

import neurarust as torch
import neurarust.nn.functional as F
from neurarust import nn
from neurarust.utils.data import DataLoader, TensorDataset, random_split


class Net(nn.Module):
    """(N, 1, 8, 8) → (N, 10)."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.BatchNorm2d(16), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1), nn.BatchNorm2d(32), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 64, 3, padding=1), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(2),
        )
        self.classify = nn.Sequential(nn.Flatten(), nn.Dropout(0.2), nn.Linear(64 * 2 * 2, 10))

    def forward(self, x):
        return self.classify(self.features(x))


def accuracy(model, loader):
    """The part of the samples that the model reads right."""
    model.eval()
    with torch.no_grad():
        right = sum((model(x).argmax(1) == y).sum().item() for x, y in loader)
    model.train()
    return right / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save", help="where to save the trained weights")
    args = parser.parse_args()

    torch.manual_seed(args.seed)
    images, labels = torch.datasets.load_digits()
    train, test = random_split(TensorDataset(images, labels), [0.8, 0.2])
    batches = DataLoader(train, batch_size=32, shuffle=True)
    held_out = DataLoader(test, batch_size=len(test))

    model = Net()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=args.epochs * len(batches))
    for epoch in range(1, args.epochs + 1):
        start, total = time.perf_counter(), 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x), y, label_smoothing=0.05)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(x)
        rate = len(train) / (time.perf_counter() - start)
        print(f"epoch {epoch:2d}  loss {total / len(train):.4f}  {rate:6.0f} samples/s", flush=True)
    if args.save:
        torch.save(model.state_dict(), args.save)
    print(f"test accuracy: {100 * accuracy(model, held_out):.1f}%")


if __name__ == "__main__":
    main()

"""Fit the half of the encoder that ``dueprocess claims`` asks about lengths of time in doubt.

    python data/extract/train_stays.py ENCODER_PT

Reads the texts on which ``train_incidents.py`` and ``train_counts.py`` fit, and the encoder's weights before the rounding, which ``train_encoder.py``
keeps. Its lower layers stay as they are: what they make of a sentence serves both halves. The upper ones are fitted once more, from where they are,
to tell of a marked number whether it is a stay beyond release, or a figure on detainers: figures are three times as many, and their sentences teach the same
words; the shipped half tells of stays only, since of figures it told nothing better. Writes ``encoder-stays.onnx``, and ``stays.pt``, its weights before
the rounding, in the working directory. Needs what ``train_encoder.py`` needs, and half an hour of two cores.
"""

from __future__ import annotations

import argparse
import copy
import random
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
import train_counts
import train_encoder
import train_incidents
from torch import Tensor, nn
from torch.nn import functional
from train_accounts import HERE, texts

from dueprocess.extract import capture
from dueprocess.extract.encoder import MARK, numbers
from dueprocess.extract.reading import prepared
from dueprocess.extract.reread import passage
from dueprocess.extract.sentences import sentences

EPOCHS = 3
RATE, RATE_OUT = 2e-4, 1e-3
KINDS = ("stay", "figure")


class Stay(nn.Module):
    """The half that tells of a marked length of time, of one text."""

    def __init__(self, half: train_encoder.Half) -> None:
        super().__init__()
        self.half_of_stays = half

    def forward(self, states: Tensor, mark: Tensor) -> Tensor:
        """How likely it is a stay beyond release."""
        return torch.sigmoid(self.half_of_stays(states, torch.ones_like(mark), mark))[:, :1]


class Example(NamedTuple):
    """What is shown of a number, which of ``KINDS`` it could be, and whether it is."""

    words: str
    kind: int
    right: float


def examples() -> list[Example]:
    """The lengths of time and the numbers of all texts that may be fitted on."""
    found: list[Example] = []
    for text in texts():
        if text["kind"] == "other_language":
            continue
        whole, _ = prepared(capture(text["text"].encode(), name=text["id"], title=text.get("title")).text)
        parts = sentences(whole)
        found += [Example(passage(whole, parts, one.sentence, one.start, one.end, one.since), 0, right) for one, right in train_incidents.examples(text)[0]]
        found += [Example(passage(whole, parts, one.sentence, one.start, one.end), 1, right) for one, right in train_counts.examples(text)[0]]
    return found


def lower_states(encoder: train_encoder.Encoder, ids: Sequence[Sequence[int]]) -> list[Tensor]:
    """What the lower layers make of each text, word piece by size; it is always the same, so it is worked out once."""
    found = [torch.zeros(0)] * len(ids)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for batch in train_encoder.batches(ids, range(len(ids))):
            states = encoder.lower(*train_encoder.padded([ids[i] for i in batch])).to(torch.bfloat16)
            for row, i in zip(states, batch, strict=True):
                found[i] = row[: len(ids[i])].clone()
    return found


def side_by_side(states: Sequence[Tensor], ids: Sequence[Sequence[int]], mark: int) -> tuple[Tensor, Tensor, Tensor]:
    """The states of one step's texts, where each has word pieces, and its marks."""
    numbered, here = train_encoder.padded(ids)
    rows = torch.zeros(*numbered.shape, train_encoder.SIZE)
    for row, one in zip(rows, states, strict=True):
        row[: len(one)] = one
    return rows, here, numbered == mark


def fit(half: train_encoder.Half, known: Sequence[Example], states: Sequence[Tensor], ids: Sequence[Sequence[int]], mark: int) -> None:
    """Fit the upper layers; the rate rises, then falls to nothing."""
    inner = [weights for name, weights in half.named_parameters() if not name.startswith("out.")]
    steps = torch.optim.AdamW([{"params": inner, "lr": RATE}, {"params": half.out.parameters(), "lr": RATE_OUT}], weight_decay=0.01)
    planned = EPOCHS * len(train_encoder.batches(ids, range(len(known))))
    rate = torch.optim.lr_scheduler.LambdaLR(steps, lambda step: min(1, step / train_encoder.WARM) * max(0.02, 1 - step / planned))
    half.train()
    for number in range(1, EPOCHS + 1):
        told: list[float] = []
        for batch in train_encoder.batches(ids, range(len(known))):
            with torch.autocast("cpu", torch.bfloat16):
                sums = half(*side_by_side([states[i] for i in batch], [ids[i] for i in batch], mark))
            mine = sums.float()[torch.arange(len(batch)), [known[i].kind for i in batch]]
            loss = functional.binary_cross_entropy_with_logits(mine, torch.tensor([float(known[i].right) for i in batch]), reduction="sum") / 16
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(half.parameters(), 1.0)
            steps.step()
            rate.step()
            told.append(float(loss.detach()) * 16 / len(batch))
        print(f"pass {number} of {EPOCHS}: {len(told)} steps, loss {sum(told) / len(told):.4f}", flush=True)
    half.eval()


def main() -> None:
    wanted = argparse.ArgumentParser()
    wanted.add_argument("weights", type=Path, help="the encoder's weights before the rounding")
    arguments = wanted.parse_args()
    random.seed(1)
    torch.manual_seed(1)
    encoder, tokens = train_encoder.kept(arguments.weights)
    encoder.eval()
    known = examples()
    place = {token: i for i, token in enumerate(tokens)}
    ids = [numbers(one.words, place) for one in known]
    half = train_encoder.Half(copy.deepcopy(encoder.of_accounts.layers), len(KINDS), marked=True)
    fit(half, known, lower_states(encoder, ids), ids, place[MARK])
    torch.save(half.state_dict(), "stays.pt")
    given = {"states": torch.zeros(1, 40, train_encoder.SIZE), "mark": torch.ones(1, 40, dtype=torch.bool)}
    train_encoder.write(Stay(half), given, "stay", HERE / "encoder-stays.onnx")
    print(f"{len(known)} lengths of time and numbers, {sum(one.right for one in known):.0f} of them stays or figures")


if __name__ == "__main__":
    main()

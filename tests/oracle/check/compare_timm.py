#!/usr/bin/env python3
"""jetvit against timm, every model at its full size, with timm's own randomly drawn weights:
  names       names, shapes and order of the parameters are the same, and so are the multiply-adds that torch counts
  logits      at two or three image sizes and with 1, 3 and 8 channels (`jetvit forward`): largest difference
  gradients   of all parameters in training mode: of each tensor |difference| / |gradient|
  statistics  running means and variances after three passes in training mode: of each tensor |difference| / |statistic|
  losses      of ten AdamW steps: largest difference
  drawn       mean and deviation of every freshly drawn parameter: largest difference in standard errors
timm computes gradients, statistics and losses in float64. How far its own float32 lands from that is shown next to it: the
measure of what rounding does. Gradients that vanish in exact arithmetic (a bias before a norm) have no relative error; they are
those with less than 1e-9 of the model's largest norm in float64, and are held to 1e-5 of that norm.

Needs `scripts/setup --with-peers`, and `build/release` with the targets jetvit and model_steps:

    .deps/peers/bin/python tests/oracle/check/compare_timm.py build/release [--models NAME...] [--parts PART...]

Minutes on two cores for all of it.
"""
import argparse
import dataclasses
import json
import math
import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lib"))
import torch
from program import run, settings
from references import make_optimizer, make_reference
from safetensors.torch import load_file, save_file
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

# Image sizes; 125 is that of the detector.
MODELS = {"vit_tiny": (128, 224), "coatnet_0": (128, 224), "vit_small": (128, 224), "swin_tiny": (125, 128, 224),
          "efficientnet_b0": (125, 128, 224), "efficientnet_b3": (125, 128, 224), "effswin": (125, 128, 224),
          "davit_tiny": (125, 128, 224), "swin_nano": (48, 64), "efficientnet_nano": (48, 64), "effswin_nano": (48, 64),
          "davit_nano": (48, 64), "coatnet_0_paper": (128, 224), "maxvit_tiny": (128, 224),
          "maxvit_tiny_rw": (128, 224), "maxvit_nano": (32, 64), "vit_nano": (48, 96), "coatnet_nano": (48, 64),
          "resnet_15": (64, 125)}
# Further options, for everything that is compared.
MLP, BOTTLENECK = {"mlp_ratio": 2.3}, {"expand_ratio": 1.7}
VARIANTS = {"vit_tiny": ({"patch_size": 8},), "swin_tiny": ({"window": 8},), "effswin": ({"split": 1}, {"split": 3}),
            "davit_tiny": ({"window": 4},), "resnet_15": ({"width": 8, "depths": [2, 1, 2]},),
            "vit_nano": (MLP, {"embed_dim": 48, "depth": 3, "heads": 2}),
            "swin_nano": (MLP, {"patch_size": 4, "embed_dim": 32, "depths": [1, 2], "heads": [2, 4], "window": 4}),
            "davit_nano": (MLP, {"stem_stride": 4, "embed_dim": [32, 48], "depths": [1, 2], "heads": [2, 4], "window": 4}),
            "effswin_nano": (MLP | {"front_expand_ratio": 1.7},
                             {"stem_stride": 1, "stem_width": 8, "front_dim": [8, 16, 40], "front_depths": [2, 1, 1],
                              "front_kernels": [5, 3, 7], "embed_dim": 32, "depths": [1, 1, 2], "heads": [1, 2, 8]}),
            "efficientnet_nano": (BOTTLENECK, {"embed_dim": [8, 16, 24], "depths": [2, 1, 1], "kernels": [5, 3, 7],
                                               "strides": [2, 1, 2], "stem_width": 8, "head_width": 64},
                                  {"stem_stride": 1}, {"stem_stride": 4}),
            "coatnet_nano": (MLP | BOTTLENECK,), "maxvit_nano": (MLP | BOTTLENECK,)}
# Of the last block we compute the class token alone; timm looks biases up by matrix products.
COSTS_LESS = ("vit_tiny", "vit_small", "vit_nano", "maxvit_tiny", "maxvit_nano")
# timm projects the padding of windows too, we the tokens of the image: the same work only where windows fill the image.
FILLED = {"swin_tiny": 224, "swin_nano": 48, "davit_tiny": 224, "davit_nano": 48, "effswin": 224, "effswin_nano": 48}
PARTS = ("logits", "gradients", "losses", "drawn")
LOGITS, GRADIENTS, VANISHING, STATISTICS, LOSSES, DRAWN = 1e-5, 1e-4, 1e-5, 1e-5, 1e-4, 6
VANISHES = 1e-9  # of the largest gradient's norm
STEPS, STATISTICS_STEPS, DRAWS = 10, 3, 4


@dataclasses.dataclass
class Schedule:
    """Of the steps in training mode. Strong decay: where it is missing or too much, the losses show it."""
    batch: int = 2
    learning_rate: float = 1e-4
    weight_decay: float = 1.0


# With the above float32 does not follow float64 here: timm's own losses are up to 1.1e-4 and 2.1e-3 off.
SCHEDULES = dict.fromkeys(("efficientnet_b0", "efficientnet_b3"), Schedule(8, 2e-5, 5.0))


@dataclasses.dataclass
class Worst:
    """The largest of some figures and where it was met."""
    value: float = 0.0
    place: str = ""

    def see(self, value, place=""):
        if not value <= self.value:  # NaN counts as larger
            self.value, self.place = value, place

    def __str__(self):
        return f"{self.value:.1e}" + (f" ({self.place})" if self.place else "")


def reference(name, options):
    """timm's model with norms and running statistics moved away from their trivial initial values."""
    torch.manual_seed(1)
    model = make_reference(name, options).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
        for buffer_name, buffer in model.named_buffers():
            if buffer_name.endswith("running_mean"):
                buffer.normal_(0, 0.1)
            if buffer_name.endswith("running_var"):
                buffer.uniform_(0.5, 1.5)
    return model


def save_weights(model, path):
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path)


def check(holds, *what):
    assert holds, " ".join(str(part) for part in what)


class Comparison:
    """Of one model with some options."""

    def __init__(self, build, folder, name, options):
        self.jetvit, self.steps = build / "bin/jetvit", build / "tests/model_steps"
        self.folder, self.name, self.options = folder, name, options

    def __str__(self):
        return f"{self.name} {self.options}"

    def logits(self):
        model = reference(self.name, self.options)
        described = json.loads(run(self.jetvit, "describe", self.name, *settings(self.options), "--json"))
        check([(tensor["name"], tuple(tensor["shape"])) for tensor in described["tensors"]] ==
              [(key, tuple(parameter.shape)) for key, parameter in model.named_parameters()], self, "names or shapes differ")
        size = self.options["image_size"]
        x = torch.randn(2, self.options["channels"], size, size)
        # Of the fused attention that long sequences get on a CPU the counter knows nothing.
        with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH), torch.no_grad():
            model(x[:1])
        cost = counter.get_total_flops() // 2  # a multiplication and an addition each
        found = described["multiply_adds"]
        fills = FILLED.get(self.name, size) == size and not {"window", "split"} & set(self.options)
        check(found < cost if self.name in COSTS_LESS else found == cost or (found < cost and not fills), self, "multiply-adds",
              found, cost)
        weights, images, logits = (self.folder / f"{part}.safetensors" for part in ("weights", "x", "y"))
        save_weights(model, weights)
        save_file({"x": x}, images)
        run(self.jetvit, "forward", self.name, *settings(self.options), "--weights", weights, "--input", images, "--output",
            logits, "--overwrite")
        with torch.no_grad():
            return (model(x) - load_file(logits)["logits"]).abs().max().item()

    def training(self):
        """What model_steps wrote, what timm computes in float64 and in float32."""
        options = self.options | ({"drop_path": 0.0} if "swin" in self.name else {})  # the others' default
        model = reference(self.name, options)
        size, schedule = options["image_size"], SCHEDULES.get(self.name, Schedule())
        torch.manual_seed(2)
        data = {"images": torch.randn(STEPS, schedule.batch, options["channels"], size, size),
                "labels": (torch.rand(STEPS, schedule.batch) < 0.5).float(),
                "directions": torch.tensor([1.0, -0.7]).repeat(schedule.batch // 2),
                "settings": torch.tensor([schedule.learning_rate, schedule.weight_decay], dtype=torch.float64)}
        weights, given, found = (self.folder / f"{part}.safetensors" for part in ("weights", "input", "output"))
        save_weights(model, weights)
        save_file(data, given)
        run(self.steps, self.name, json.dumps(options), weights, given, found)
        state = {key: value.clone() for key, value in model.state_dict().items()}
        return load_file(found), *(train(model, state, data, precision) for precision in (torch.float64, torch.float32))

    def drawn(self, found):
        """The largest difference of means and deviations in standard errors; both sides are drawn DRAWS times."""
        values = {}
        for seed in range(DRAWS):
            torch.manual_seed(seed)
            for key, parameter in make_reference(self.name, self.options).named_parameters():
                draw = parameter.detach().double().flatten()
                values.setdefault(key, []).append(draw[draw.abs() < 2])  # as in make_model_oracles.py
        worst = Worst()
        for key, draws in values.items():
            drawn = torch.cat(draws)
            mean, deviation = drawn.mean().item(), drawn.std(correction=0).item()
            # Kurtosis at most that of a normal distribution; a difference of two such figures.
            unit = deviation / math.sqrt(len(drawn)) + 1e-7
            worst.see(abs(found["mean/" + key].item() - mean) / unit / math.sqrt(2), key + ", mean")
            worst.see(abs(found["deviation/" + key].item() - deviation) / unit, key + ", deviation")
        return worst


def train(model, state, data, precision):
    """Gradients, statistics and losses of timm, as model_steps names them."""
    model.load_state_dict(state)
    model.to(precision).train()
    out = {}
    images, labels = data["images"].to(precision), data["labels"].to(precision)
    model.zero_grad()
    (model(images[0]).flatten() * data["directions"].to(precision)).sum().backward()
    for key, parameter in model.named_parameters():
        out["gradient/" + key] = parameter.grad.double()
    with torch.no_grad():
        for step in range(1, STATISTICS_STEPS):
            model(images[step])
    for key, buffer in model.named_buffers():
        if key.endswith(("running_mean", "running_var")):
            out["statistic/" + key] = buffer.double().clone()
    model.load_state_dict(state)
    optimizer = make_optimizer(model, *data["settings"].tolist())
    losses = []
    for step in range(STEPS):
        loss = functional.binary_cross_entropy_with_logits(model(images[step]).flatten(), labels[step])
        losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    out["losses"] = torch.tensor(losses, dtype=torch.float64)
    return out


def of_kind(tensors, kind):
    return {key.removeprefix(kind + "/"): value for key, value in tensors.items() if key.startswith(kind + "/")}


def relative(found, exact, kind, least=0.0):
    """The worst tensor of a kind by |difference| / |tensor|, among those whose norm exceeds `least`."""
    worst = Worst()
    for key, value in of_kind(exact, kind).items():
        norm = value.norm().item()
        if norm > least:
            worst.see((found[kind + "/" + key].double() - value).norm().item() / norm, key)
    return worst


def compare_training(comparison, parts, row):
    found, exact, single = comparison.training()
    if "gradients" in parts:
        gradients = of_kind(exact, "gradient")
        check(set(gradients) == set(of_kind(found, "gradient")), comparison, "other parameters have gradients")
        largest = max(value.norm().item() for value in gradients.values())
        least = VANISHES * largest
        ours, theirs = (relative(side, exact, "gradient", least) for side in (found, single))
        vanishing = [key for key, value in gradients.items() if value.norm().item() <= least]
        rest, rest_of_timm = (max((side["gradient/" + key].double().norm().item() / largest for key in vanishing), default=0)
                              for side in (found, single))
        print(f"{comparison}: gradients {ours}, timm's float32 {theirs}; {len(vanishing)} of {len(gradients)} vanish: "
              f"at most {rest:.1e} of the largest, timm's float32 {rest_of_timm:.1e}", flush=True)
        check(ours.value <= GRADIENTS, comparison, "gradients", ours)
        check(rest <= VANISHING, comparison, "vanishing gradients", rest)
        statistics, of_timm = (relative(side, exact, "statistic") for side in (found, single))
        check(set(of_kind(exact, "statistic")) == set(of_kind(found, "statistic")), comparison, "other statistics")
        print(f"{comparison}: statistics {statistics}, timm's float32 {of_timm}", flush=True)
        check(statistics.value <= STATISTICS, comparison, "statistics", statistics)
        row["gradients"].see(ours.value, ours.place)
        row["timm"].see(theirs.value)
        row["statistics"].see(statistics.value)
    if "losses" in parts:
        ours, theirs = ((side["losses"].double() - exact["losses"]).abs().max().item() for side in (found, single))
        print(f"{comparison}: losses {ours:.1e}, timm's float32 {theirs:.1e}; {exact['losses'].tolist()}", flush=True)
        check(ours <= LOSSES, comparison, "losses", ours)
        row["losses"].see(ours)
    if "drawn" in parts:
        drawn = comparison.drawn(found)
        print(f"{comparison}: drawn {drawn}", flush=True)
        check(drawn.value <= DRAWN, comparison, "drawn", drawn)
        row["drawn"].see(drawn.value)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=list(MODELS))
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    given = parser.parse_args()
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in given.models:
            row = rows[name] = {key: Worst() for key in ("logits", "gradients", "timm", "statistics", "losses", "drawn")}
            for variant in ({}, *VARIANTS.get(name, ())):
                cases = [{"image_size": size, "channels": channels} | variant for size in MODELS[name] for channels in (1, 3, 8)]
                for options in cases if "logits" in given.parts else ():
                    comparison = Comparison(given.build, pathlib.Path(folder), name, options)
                    largest = comparison.logits()
                    print(f"{comparison}: logits {largest:.1e}", flush=True)
                    check(largest <= LOGITS, comparison, largest)
                    row["logits"].see(largest)
                if set(given.parts) - {"logits"}:
                    compare_training(Comparison(given.build, pathlib.Path(folder), name, cases[1]), given.parts, row)
    print("| model | logits | gradients | timm's float32 | statistics | losses | drawn |")
    for name, row in rows.items():
        print(f"| {name} | " + " | ".join(str(row[key]) for key in row) + " |")


if __name__ == "__main__":
    main()

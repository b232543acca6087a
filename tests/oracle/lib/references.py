"""The reference of every model: timm's, for resnet_15 torch.nn's, built from options with jetvit's names; its
optimizer; and what timm's loading makes of pretrained weights."""
import dataclasses

import hash_fill
import stage_references
import timm
import torch
from pretrained_cases import classifier, family, first_convolution
from stage_references import random_rates, renamed
from timm.models import maxxvit, swin_transformer, vision_transformer
from timm.models._manipulate import adapt_input_conv
from timm.optim import param_groups_weight_decay
from torch import nn
from torch.nn import functional

# Of timm's, that bring a file's weights to a model.
FILTERS = {"vit": vision_transformer, "swin": swin_transformer, "effswin": swin_transformer, "coatnet": maxxvit, "maxvit": maxxvit}


def floating_tensors(model):
    return {name: tensor for name, tensor in model.state_dict(keep_vars=True).items() if tensor.is_floating_point()}


def fill(model):
    with torch.no_grad():
        for name, tensor in floating_tensors(model).items():
            tensor.copy_(torch.from_numpy(hash_fill.weight(name, tuple(tensor.shape))))


class ResidualBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1)
        if stride > 1:
            self.shortcut = nn.Conv2d(inputs, outputs, 1, stride)

    def forward(self, x):
        y = self.conv2(functional.relu(self.conv1(x)))
        return functional.relu(y + (self.shortcut(x) if hasattr(self, "shortcut") else x))


class ResNet15(nn.Module):
    """The layer list of arXiv:1902.08276 in torch.nn, with max_pool2d over the whole image as global pooling."""

    def __init__(self, channels, width=16, depths=(3, 4), head_widths=(), dropout=0.0):
        super().__init__()
        self.conv0 = nn.Conv2d(channels, width, 7, 2, 1)
        plan = [(width, width, 1)] * depths[0]
        for blocks in depths[1:]:
            plan += [(width, 2 * width, 2)] + [(2 * width, 2 * width, 1)] * (blocks - 1)
            width *= 2
        self.blocks = nn.Sequential(*(ResidualBlock(*step) for step in plan))
        widths = [width, *head_widths]
        self.head = nn.ModuleList(nn.Linear(*step) for step in zip(widths, widths[1:]))
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(widths[-1], 1)

    def forward(self, x):
        y = self.blocks(functional.max_pool2d(functional.relu(self.conv0(x)), 2))
        y = functional.max_pool2d(y, y.shape[2:]).flatten(1)
        for layer in self.head:
            y = functional.relu(layer(y))
        return self.fc(self.dropout(y))


def make_maxxvit(config, options):
    """timm's MaxxVit at another width, depth, expansion, window or stride of the stem, with the options of jetvit."""
    widths = tuple(options.get("embed_dim", config.embed_dim))
    size, stages = options["image_size"], len(widths)
    attention = dataclasses.replace(config.transformer_cfg, dim_head=options.get("head_dim", 32),
                                    expand_ratio=options.get("mlp_ratio", 4.0))
    convolution = dataclasses.replace(config.conv_cfg, expand_ratio=options.get("expand_ratio", 4.0))
    stem_stride = options.get("stem_stride", 2)
    window = options.get("window") or size // (stem_stride * 2**stages)
    if config.block_type[0] == "M":
        attention = dataclasses.replace(attention, window_size=(window, window), grid_size=(window, window))
    config = dataclasses.replace(
        config, embed_dim=widths, depths=tuple(options.get("depths", config.depths)),
        block_type=tuple(options.get("blocks", config.block_type[:stages])),
        stem_width=tuple(options["stem_width"]) if "stem_width" in options else config.stem_width,
        head_hidden_size=widths[-1] if config.head_hidden_size else None, conv_cfg=convolution, transformer_cfg=attention)
    # timm's stem always halves: for stride 1 it is told twice the size, then the stride is changed.
    model = maxxvit.MaxxVit(config, img_size=size * 2 // stem_stride, in_chans=options["channels"], num_classes=1,
                            **random_rates(options, "drop_rate", "transformer_proj_drop"))
    model.stem.conv1.stride = (stem_stride, stem_stride)
    return model


def vit_sizes(options):
    return renamed(options, patch_size="patch_size", embed_dim="embed_dim", depth="depth", heads="num_heads",
                   mlp_ratio="mlp_ratio")


def make_reference(name, options):
    """The reference for a jetvit model with these options."""
    size, channels = options["image_size"], options["channels"]
    common = dict(num_classes=1, in_chans=channels, img_size=size)
    if (staged := stage_references.make(name, options)) is not None:
        return staged
    if name in ("vit_tiny", "vit_small"):
        return timm.create_model(f"{name}_patch16_224", **common, **vit_sizes(options),
                                 **random_rates(options, "pos_drop_rate", "proj_drop_rate"))
    if name == "coatnet_0":
        return timm.create_model("coatnet_0_rw_224", **common, **random_rates(options, "drop_rate", "transformer_proj_drop"))
    if name in ("coatnet_0_paper", "maxvit_tiny", "maxvit_tiny_rw"):
        config = maxxvit.model_cfgs[{"coatnet_0_paper": "coatnet_0", "maxvit_tiny": "maxvit_tiny_tf",
                                     "maxvit_tiny_rw": "maxvit_tiny_rw"}[name]]
        return make_maxxvit(config, options)
    if name == "maxvit_nano":
        config = dataclasses.replace(maxxvit.model_cfgs["maxvit_tiny_tf"], stem_width=(16, 16))
        return make_maxxvit(config, {"embed_dim": [16, 32, 64], "depths": [1, 1, 1], "head_dim": 16, "stem_stride": 1} | options)
    if name == "vit_nano":
        sizes = {"patch_size": 6, "embed_dim": 64, "depth": 4, "num_heads": 4} | vit_sizes(options)
        return vision_transformer.VisionTransformer(**sizes, **common, **random_rates(options, "pos_drop_rate", "proj_drop_rate"))
    if name == "coatnet_nano":
        blocks = maxxvit._rw_coat_cfg(conv_attn_early=True, transformer_shortcut_bias=False)
        blocks["transformer_cfg"] = dataclasses.replace(blocks["transformer_cfg"], dim_head=16,
                                                        expand_ratio=options.get("mlp_ratio", 4.0))
        blocks["conv_cfg"] = dataclasses.replace(blocks["conv_cfg"], expand_ratio=options.get("expand_ratio", 4.0))
        config = maxxvit.MaxxVitCfg(embed_dim=(32, 48, 64), depths=(1, 1, 2), block_type=("C", "C", "T"), stem_width=(16, 24),
                                    **blocks)
        # timm's stem always halves: for stride 1 it is told twice the size, then the stride is changed.
        double = options.get("stem_stride", 1) == 1
        model = maxxvit.MaxxVit(config, **(common | {"img_size": 2 * size if double else size}),
                                **random_rates(options, "drop_rate", "transformer_proj_drop"))
        if double:
            model.stem.conv1.stride = (1, 1)
        return model
    assert name == "resnet_15"
    return ResNet15(channels, **renamed(options, width="width", depths="depths", head_widths="head_widths", dropout="dropout"))


def make_optimizer(model, learning_rate, weight_decay):
    undecayed = model.no_weight_decay() if hasattr(model, "no_weight_decay") else ()
    groups = param_groups_weight_decay(model, weight_decay, no_weight_decay_list=undecayed)
    return torch.optim.AdamW(groups, lr=learning_rate)


def adapted_by_timm(name, weights, model, channels):
    """What timm's loading makes of the weights of a file for `model`, the classifier left out."""
    weights = dict(weights)
    if family(name) in FILTERS:
        weights = FILTERS[family(name)].checkpoint_filter_fn(weights, model)
    first = first_convolution(name)
    weights[first] = adapt_input_conv(channels, weights[first])
    return {key: value for key, value in weights.items() if not key.startswith(classifier(name) + ".")}

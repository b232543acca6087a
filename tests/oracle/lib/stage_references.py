"""timm's Swin, EfficientNet and DaViT models and EffSwin, the hybrid of the first two, for make_model_oracles.py and
compare_timm.py. A model's options carry jetvit's names."""
import timm
from timm.layers import DropPath
from timm.models import davit, efficientnet, swin_transformer
from timm.models._efficientnet_builder import decode_arch_def
from torch import nn

DEPTHS, HEADS = (2, 2, 2), (1, 2, 4)  # of the nano sizes of Swin and EffSwin


def random_rates(options, *dropouts, drop_path=0.0):
    """timm's arguments for the options drop_path, whose default is named here, and dropout, which goes to all of `dropouts`."""
    return {"drop_path_rate": options.get("drop_path", drop_path)} | dict.fromkeys(dropouts, options.get("dropout", 0.0))


def renamed(options, **names):
    """timm's arguments for those of the options, each given as ours=theirs, that are set."""
    return {theirs: options[ours] for ours, theirs in names.items() if ours in options}


def efficientnet_stages(expand_ratio, widths, depths, kernels, strides):
    """timm's words for the stages, the first of which does not expand."""
    kinds = ["ds"] + ["ir"] * (len(widths) - 1)
    return decode_arch_def([[f"{kind}_r{depth}_k{kernel}_s{stride}_e{1 if kind == 'ds' else expand_ratio}_c{width}_se0.25"]
                            for kind, width, depth, kernel, stride in zip(kinds, widths, depths, kernels, strides)])


def efficientnet_nano(options, rates, features=False):
    lists = {"embed_dim": (16, 24, 32, 48), "depths": (1, 1, 2, 1), "kernels": (3, 3, 5, 3), "strides": (1, 2, 2, 1)}
    if features:
        lists = {"front_dim": (16, 24, 32), "front_depths": (1, 2, 2), "front_kernels": (3, 3, 5), "front_strides": (1, 2, 2)}
    expand_ratio = options.get("front_expand_ratio" if features else "expand_ratio", 6.0)
    stages = efficientnet_stages(expand_ratio, *(options.get(key, values) for key, values in lists.items()))
    common = dict(stem_size=options.get("stem_width", 16), in_chans=options["channels"], act_layer=nn.SiLU,
                  norm_layer=nn.BatchNorm2d)
    if features:
        return efficientnet.EfficientNetFeatures(stages, out_indices=(0, 1, 2), **common)
    model = efficientnet.EfficientNet(stages, num_classes=1, num_features=options.get("head_width", 128), **common, **rates)
    # timm's stem always halves: the stride is changed afterwards.
    stride = options.get("stem_stride", 2)
    model.conv_stem.stride = (stride, stride)
    return model


def swin(name, size, channels, window, mlp_ratio, rates, **sizes):
    common = dict(img_size=size, in_chans=channels, num_classes=1, window_size=window, mlp_ratio=mlp_ratio, **rates)
    if name.endswith("tiny"):
        return timm.create_model("swin_tiny_patch4_window7_224", **common, **sizes)
    nano = {"patch_size": 2, "embed_dim": 24, "depths": DEPTHS, "num_heads": HEADS}
    return swin_transformer.SwinTransformer(**(nano | sizes), **common)


def davit_nano(channels, window, mlp_ratio, stem_stride, rates, **sizes):
    nano = {"embed_dims": (24, 48, 96), "depths": (1, 1, 1), "num_heads": HEADS}
    model = davit.DaVit(in_chans=channels, num_classes=1, window_size=window, mlp_ratio=mlp_ratio, **(nano | sizes), **rates)
    # timm's stem always divides by 4: the stride is changed afterwards.
    model.stem.stride = model.stem.conv.stride = (stem_stride, stem_stride)
    return model


class EffSwin(nn.Module):
    """features (all EfficientNet stages) and whole (all Swin stages) are cut; the first convolution is drawn again with its
    own stride, as in the study."""

    def __init__(self, features, whole, split, stem_stride, drop_path):
        super().__init__()
        taps = [info["stage"] for info in features.feature_info.get_dicts()]
        width = features.feature_info.get_dicts()[split]["num_chs"]
        features.blocks = features.blocks[:taps[split]]
        blocks = [block for stage in features.blocks for block in stage]
        for index, block in enumerate(blocks):
            block.drop_path = DropPath(drop_path * index / len(blocks)) if drop_path * index > 0 else nn.Identity()
        stem = features.conv_stem
        features.conv_stem = nn.Conv2d(stem.in_channels, stem.out_channels, 3, stem_stride, 1, bias=False)
        self.undecayed = whole.no_weight_decay()
        stages = list(whole.layers)[split:]
        stages[0].downsample = nn.Identity()
        out = stages[0].blocks[0].dim
        self.patch_embed = nn.Module()
        self.patch_embed.feature_extractor = features
        self.patch_embed.embed_matcher = nn.Sequential(nn.Conv2d(width, out, 1, bias=False), nn.BatchNorm2d(out), nn.SiLU())
        self.layers = nn.ModuleDict({str(split + index): stage for index, stage in enumerate(stages)})
        self.norm, self.head = whole.norm, whole.head

    def no_weight_decay(self):
        return self.undecayed

    def forward(self, x):
        front = self.patch_embed.feature_extractor
        x = front.blocks(front.bn1(front.conv_stem(x)))
        x = self.patch_embed.embed_matcher(x).permute(0, 2, 3, 1)
        for stage in self.layers.values():
            x = stage(x)
        return self.head(self.norm(x))


def effswin(name, options, window, mlp_ratio, rates):
    nano = name.endswith("nano")
    size, channels, split = options["image_size"], options["channels"], options.get("split", 1 if nano else 2)
    patch = 2 if nano else 4
    stem_stride = options.get("stem_stride", patch)
    features = efficientnet_nano(options, rates, features=True) if nano else timm.create_model(
        "efficientnet_b3", in_chans=channels, features_only=True)
    side = -(-size // stem_stride)
    for _ in range(split):
        side = -(-side // 2)
    # The Swin whose stage `split` sees an image of that side.
    sizes = renamed(options, embed_dim="embed_dim", depths="depths", heads="num_heads")
    whole = swin("swin_nano" if nano else "swin_tiny", side * patch * 2**split, channels, window, mlp_ratio, rates, **sizes)
    return EffSwin(features, whole, split, stem_stride, options.get("front_drop_path", 0.0))


def make(name, options):
    """The reference, or None for a model of another family."""
    size, channels = options["image_size"], options["channels"]
    nano = name.endswith("nano")
    window = options.get("window", 6 if nano else 7)
    mlp_ratio = options.get("mlp_ratio", 4.0)
    if "swin" in name:
        rates = random_rates(options, "drop_rate", "proj_drop_rate", drop_path=0.0 if nano else 0.1)
        if name.startswith("swin"):
            sizes = renamed(options, patch_size="patch_size", embed_dim="embed_dim", depths="depths", heads="num_heads")
            return swin(name, size, channels, window, mlp_ratio, rates, **sizes)
        return effswin(name, options, window, mlp_ratio, rates)
    rates = random_rates(options, "drop_rate")
    if name in ("efficientnet_b0", "efficientnet_b3"):
        return timm.create_model(name, in_chans=channels, num_classes=1, **rates)
    if name == "efficientnet_nano":
        return efficientnet_nano(options, rates)
    if name == "davit_tiny":
        return timm.create_model(name, in_chans=channels, num_classes=1, window_size=window, mlp_ratio=mlp_ratio, **rates)
    if name == "davit_nano":
        sizes = renamed(options, embed_dim="embed_dims", depths="depths", heads="num_heads")
        return davit_nano(channels, window, mlp_ratio, options.get("stem_stride", 2), rates, **sizes)
    return None


def plan():
    """Model: options, whether gradients are stored (which need random layers off), forward passes in training mode, images."""
    def case(size, channels, gradients=False, batch=2, **options):
        return {"image_size": size, "channels": channels, **options}, gradients, 3, batch

    off = {"drop_path": 0.0}
    yield "swin_tiny", [case(64, 1), case(125, 3, True, **off), case(128, 8, window=8)]
    yield "swin_nano", [case(48, 1), case(48, 3, True), case(64, 8, True), case(37, 1), case(48, 3, mlp_ratio=2.3),
                        case(48, 3, True, patch_size=4, window=4, embed_dim=32, depths=[1, 2], heads=[2, 4])]
    yield "efficientnet_b0", [case(64, 1), case(64, 3, True), case(125, 8)]
    yield "efficientnet_b3", [case(64, 1), case(64, 3, True, batch=8), case(93, 8)]
    yield "efficientnet_nano", [case(48, 1), case(48, 3, True), case(64, 8, True), case(48, 3, expand_ratio=1.7),
                                case(48, 3, True, stem_width=8, embed_dim=[8, 16, 24], depths=[2, 1, 1], kernels=[5, 3, 7],
                                     strides=[2, 1, 2], head_width=64),
                                case(48, 3, True, stem_stride=1)]
    yield "effswin", [case(64, 1), case(128, 3, True, **off), case(125, 8, split=1), case(64, 3, split=3),
                      case(64, 3, True, split=1, **off), case(64, 3, True, batch=8, split=3, **off)]
    yield "effswin_nano", [case(48, 1), case(48, 3, True), case(64, 8, True, split=2),
                           case(48, 3, mlp_ratio=2.3, front_expand_ratio=1.7),
                           case(48, 3, True, stem_stride=1, stem_width=8, front_dim=[8, 16, 40], front_depths=[2, 1, 1],
                                front_kernels=[5, 3, 7], embed_dim=32, depths=[1, 1, 2], heads=[1, 2, 8])]
    yield "davit_tiny", [case(64, 1), case(96, 3, True), case(125, 8)]
    yield "davit_nano", [case(48, 1), case(48, 3, True), case(64, 8, True), case(37, 1), case(48, 3, mlp_ratio=2.3),
                         case(64, 3, True, stem_stride=4, window=4, embed_dim=[32, 48], depths=[1, 2], heads=[2, 4])]
    yield "vit_small", [case(64, 1), case(64, 3, True), case(128, 8)]

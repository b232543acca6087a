"""What make_model_oracles.py stores of a reference's build: names and shapes of its tensors, its random layers in the order in
which an image passes them."""
import torch
from timm.layers import drop
from torch.nn import functional

# Counters and tables that follow from the model itself: files may lack them.
DERIVED = ("num_batches_tracked", "relative_position_index", "attn_mask")


def tensors(model):
    """Shape by name, in the order of the state dictionary."""
    return {name: list(tensor.shape) for name, tensor in model.state_dict().items() if not name.endswith(DERIVED)}


def random_layers(model, images):
    """Of a pass in training mode: by the module's name [rate] of each drop path, [rate, values of an image] of each dropout."""
    layers, current = {}, None

    def enter(name):
        def hook(module, inputs):
            nonlocal current
            current = name
        return hook

    def note_drop_path(x, drop_prob=0.0, training=False, scale_by_keep=True):
        assert training and scale_by_keep and drop_prob > 0 and current not in layers
        layers[current] = [drop_prob]
        return x

    def note_dropout(x, p=0.5, training=True, inplace=False):
        if training and p > 0:
            assert current not in layers
            layers[current] = [p, x.numel() // len(images)]
        return x

    # In front of a module's own work; a function that is called outside of one counts as the last module's.
    hooks = [module.register_forward_pre_hook(enter(name)) for name, module in model.named_modules()
             if not list(module.children())]
    kept = drop.drop_path, functional.dropout
    drop.drop_path, functional.dropout = note_drop_path, note_dropout
    try:
        with torch.no_grad():
            model.train()(images)
    finally:
        drop.drop_path, functional.dropout = kept
        for hook in hooks:
            hook.remove()
    return layers


def first_token_alone(layers, depth, tokens):
    """The same where the last block works for the class token alone, which is all that the head sees."""
    last = f"blocks.{depth - 1}."
    return {name: [rate, *(value // tokens for value in values)] if name.startswith(last) else [rate, *values]
            for name, (rate, *values) in layers.items()}

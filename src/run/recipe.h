#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/options.h"
#include "load/image_options.h"
#include "load/jet_weights.h"
#include "model/io/pretrained.h"

namespace jetvit {

// Table [transform]: names of functions that make_input_transform() resolves with the statistics of a store.
struct TransformOptions {
  std::vector<std::string> functions = {"log1p"};
  bool split_signed = true;
  double zero_threshold = -1;
};

template <class Visitor>
void visit_fields(Visitor& visit, TransformOptions& options) {
  visit("functions", options.functions, "one function for all channels, or one per channel",
        OneOf{"identity", "sqrt", "log1p", "min-max", "z-score", "clip"});
  visit("split_signed", options.split_signed, "a signed channel (d0, dz) becomes a positive and a negative plane");
  visit("zero_threshold", options.zero_threshold, "smaller pixel values count as 0; -1: threshold of the store",
        Range{-1, 1e9});
}

// Table [train].
struct LoopOptions {
  int epochs = 20;
  int batch_size = 64;
  int accumulate = 1;
  std::string recompute = "none";
  bool deterministic = false;
  int parts = 0;
  bool sync_batch_norm = true;
  std::string precision = "fp32";
  std::string sampling = "permutation";
  bool drop_last = false;
  std::int64_t seed = 1;
  double ema_decay = 0;
  double clip_norm = 0;
  double label_smoothing = 0;
  double positive_weight = 1;
  std::string non_finite = "stop";
  int save_every_steps = 0;
  double save_every_minutes = 10;
  std::string select = "auc";
  int early_stop = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, LoopOptions& options) {
  visit("epochs", options.epochs, "passes over the training jets", Range{1, 100000});
  visit("batch_size", options.batch_size, "jets per step", Range{1, 65536});
  visit(
      "accumulate", options.accumulate,
      "parts of a batch that pass through the model one after the other: less memory, the same gradient but for batch "
      "norms, whose statistics are those of a part",
      Range{1, 65536});
  visit("recompute", options.recompute,
        "layers whose activations are computed again in the backward pass instead of kept: less memory, the same "
        "numbers, a fifth to two fifths more time",
        OneOf{"none", "blocks", "stages"});
  visit("deterministic", options.deterministic,
        "the same bits for any number of processes: the gradients of train.parts parts of a batch are added in order");
  visit("parts", options.parts,
        "parts of a batch, each with random numbers and batch-norm statistics of its own, where train.deterministic "
        "is true; 0 otherwise",
        Range{0, 4096});
  visit("sync_batch_norm", options.sync_batch_norm,
        "batch norms take the statistics of all processes, where train.deterministic is false");
  visit("precision", options.precision,
        "fp32, or bf16: matrix multiplications in bfloat16, weights in fp32; on GPUs also tf32: of operands rounded to "
        "TensorFloat-32, and fp16: in float16, with a scaled loss",
        OneOf{"fp32", "tf32", "bf16", "fp16"});
  visit("sampling", options.sampling,
        "every jet once per epoch, or drawn with replacement in proportion to its weight (then without weights in the "
        "loss)",
        OneOf{"permutation", "weighted"});
  visit("drop_last", options.drop_last,
        "leave out the last batch of an epoch if it is smaller than the others, and not the only one");
  visit("seed", options.seed, "of initialization, order, augmentation and dropout", Range{0, 9007199254740992.0});
  visit("ema_decay", options.ema_decay,
        "decay of the averaged weights, which are validated and kept; (1 + n) / (10 + n) at step n if that is less; "
        "0: off",
        Range{0, 0.99999});
  visit("clip_norm", options.clip_norm, "largest global norm of the gradient; 0: off", Range{0, 1e9});
  visit("label_smoothing", options.label_smoothing, "targets s/2 and 1 - s/2 instead of 0 and 1", Range{0, 0.99});
  visit("positive_weight", options.positive_weight, "weight of label 1 in the loss", Range{1e-6, 1e6});
  visit("non_finite", options.non_finite,
        "a step whose loss or gradient is not finite: stop the training, or skip the step: it changes no weight",
        OneOf{"stop", "skip"});
  visit("save_every_steps", options.save_every_steps, "checkpoints within an epoch; 0: none by steps", Range{0, 1e9});
  visit("save_every_minutes", options.save_every_minutes, "checkpoints within an epoch; 0: none by time",
        Range{0, 100000});
  visit("select", options.select, "epoch that best.safetensors holds: largest validation AUC, or the last",
        OneOf{"auc", "last"});
  visit("early_stop", options.early_stop, "stop after this many epochs without a better AUC; 0: never",
        Range{0, 100000});
}

// Table [optimizer].
struct OptimizerOptions {
  std::string kind = "adamw";
  double lr = 1e-3;
  double weight_decay = 0.05;
  bool decay_norms_and_biases = false;
  bool decay_times_lr = true;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double momentum = 0.9;
};

template <class Visitor>
void visit_fields(Visitor& visit, OptimizerOptions& options) {
  visit("kind", options.kind, "adamw (decoupled decay), adam (decay in the gradient) or sgd",
        OneOf{"adamw", "adam", "sgd"});
  visit("lr", options.lr, "peak learning rate", Range{0, 100});
  visit("weight_decay", options.weight_decay, "of the parameters that decay", Range{0, 10});
  visit("decay_norms_and_biases", options.decay_norms_and_biases,
        "also decay norms, biases, position tables and class tokens");
  visit("decay_times_lr", options.decay_times_lr,
        "adamw: a step shrinks a parameter by the fraction lr * weight_decay (PyTorch); false: by weight_decay "
        "(TensorFlow Addons)");
  visit("beta1", options.beta1, "adam, adamw: decay of the gradient's mean", Range{0, 0.99999});
  visit("beta2", options.beta2, "adam, adamw: decay of the gradient's square", Range{0, 0.9999999});
  visit("eps", options.eps, "adam, adamw: added to the denominator", Range{0, 1});
  visit("momentum", options.momentum, "sgd", Range{0, 0.99999});
}

// Table [schedule].
struct ScheduleOptions {
  std::string kind = "constant";
  double warmup_epochs = 0;
  bool scale_weight_decay = false;
  double factor = 0.5;
  int patience = 3;
  double threshold = 1e-3;
  std::string threshold_mode = "rel";
  std::vector<int> milestones;
  double min_lr = 0;
};

template <class Visitor>
void visit_fields(Visitor& visit, ScheduleOptions& options) {
  visit("kind", options.kind, "of the learning rate after the warm-up", OneOf{"constant", "cosine", "plateau", "step"});
  visit("warmup_epochs", options.warmup_epochs, "linear rise from 0", Range{0, 100000});
  visit("scale_weight_decay", options.scale_weight_decay, "the weight decay follows the shape of the learning rate");
  visit("factor", options.factor, "plateau, step: factor of a reduction", Range{1e-6, 1});
  visit("patience", options.patience, "plateau: epochs without improvement before a reduction", Range{0, 100000});
  visit("threshold", options.threshold, "plateau: smallest improvement of the validation AUC that counts", Range{0, 1});
  visit("threshold_mode", options.threshold_mode, "plateau: rel (of the best value) or abs", OneOf{"rel", "abs"});
  visit("milestones", options.milestones, "step: epochs at whose start the factor applies", Range{1, 100000});
  visit("min_lr", options.min_lr, "plateau, cosine: lower bound of the learning rate", Range{0, 100});
}

// An entry of [[phase]], without the tables that it overrides.
struct PhaseOptions {
  std::string name;
  std::vector<std::string> freeze;
  bool freeze_batch_norm = false;
};

template <class Visitor>
void visit_fields(Visitor& visit, PhaseOptions& options) {
  visit("name", options.name, "for messages");
  visit("freeze", options.freeze, "parameters that are not trained, as patterns: * for any characters, ? for one");
  visit("freeze_batch_norm", options.freeze_batch_norm,
        "frozen batch norms normalize with their running statistics, which do not change");
}

// A training recipe: everything that determines the trained weights, except the data.
struct Recipe {
  std::string model_name;
  Json model_options = Json::object();  // handed to make_model, which checks the keys
  PretrainedOptions pretrained;
  TransformOptions transform;
  ImageOptions image;
  AugmentOptions augment;
  WeightOptions weights;
  LoopOptions train;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  PhaseOptions phase;          // if the recipe is that of a phase
  std::vector<Recipe> phases;  // the complete recipe of each phase; empty: the training has a single phase
};

// Throws UsageError for unknown tables and keys (with the nearest known one), wrong types, values out of range and a
// missing [model] name.
Recipe recipe_from_json(const Json& json);

// The resolved recipe: every field with its value. recipe_from_json() restores an equal recipe.
Json recipe_to_json(const Recipe& recipe);

// Reads a TOML recipe and applies the "key=value" overrides: "train.epochs=1" for every phase, "phase.2.train.epochs=1"
// for the second. Throws Error if the file cannot be read, otherwise like recipe_from_json().
Recipe read_recipe(const std::filesystem::path& path, const std::vector<std::string>& overrides);

// The first difference between two resolved recipes, as 'optimizer.lr is 0.1, was 0.2'; "" if they are equal.
std::string first_difference(const Json& now, const Json& before, const std::string& prefix = "");

}  // namespace jetvit

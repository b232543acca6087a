#include "model/io/pretrained.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "model/io/resampled_weights.h"
#include "model/io/safetensors.h"
#include "model/io/weights.h"

namespace jetvit {
namespace {

using Weights = std::map<std::string, at::Tensor>;

constexpr std::string_view kBiasTable = "relative_position_bias_table";
constexpr double kLeastShare = 0.01;        // of the parameters: below it the file belongs to another model
constexpr std::int64_t kLargestPatch = 32;  // limit for resampling: the pseudoinverse has kLargestPatch^2 rows

// Every model registers its input convolution before any other, and its classifier last.
struct Ends {
  std::string input;       // "stem.conv1.weight"
  std::string classifier;  // "head.fc"
};

Ends ends_of(const Model& model) {
  const std::vector<NamedTensor> parameters = model.parameters();
  const auto input = std::find_if(parameters.begin(), parameters.end(),
                                  [](const NamedTensor& parameter) { return parameter.tensor.dim() == 4; });
  const std::string& last = parameters.back().name;
  return {input->name, last.substr(0, last.rfind('.'))};
}

void rename(Weights& weights, const std::string& from, const std::string& to) {
  auto node = weights.extract(from);
  if (node.empty()) return;
  node.key() = to;
  weights.insert(std::move(node));
}

// Prefixes of DataParallel, torch.compile, and of modules (as of Lightning) that hold the network as `model`.
constexpr std::array<std::string_view, 3> kWrappers = {"module.", "_orig_mod.", "model."};

// Takes the prefixes of wrappers off the names, and counts them. Throws Error if two tensors then have the same name.
std::map<std::string, std::size_t> unwrap(Weights& weights, const std::string& source) {
  std::map<std::string, std::size_t> counts;
  Weights out;
  for (const auto& [wrapped, tensor] : weights) {
    std::string_view name = wrapped;
    std::string prefix;
    for (bool found = true; found;) {
      found = false;
      for (const std::string_view wrapper : kWrappers) {
        if (!name.starts_with(wrapper)) continue;
        name.remove_prefix(wrapper.size());
        prefix += wrapper;
        found = true;
      }
    }
    if (!prefix.empty()) ++counts[prefix];
    if (!out.emplace(name, tensor).second) {
      throw Error(text(source, ": has two tensors \"", printable(name),
                       "\", with and without prefixes or with other ones (leave one out of the file)"));
    }
  }
  weights = std::move(out);
  return counts;
}

// Swin's first release merges patches at the end of a stage, timm at the start of the next one.
void rename_first_release(Weights& weights) {
  if (!weights.contains("layers.0.downsample.reduction.weight")) return;
  for (int stage = 8; stage >= 0; --stage) {
    for (const char* tensor : {"reduction.weight", "norm.weight", "norm.bias"}) {
      rename(weights, text("layers.", stage, ".downsample.", tensor),
             text("layers.", stage + 1, ".downsample.", tensor));
    }
  }
  for (const char* tensor : {"weight", "bias"}) rename(weights, text("head.", tensor), text("head.fc.", tensor));
}

// The front end of EffSwin has its own names for the tensors of an EfficientNet. Other tensors of the file keep their
// names, which are shown in the report.
void rename_front_end(Weights& weights, const std::vector<NamedTensor>& own) {
  constexpr std::string_view kFrontEnd = "patch_embed.feature_extractor.";
  if (!weights.contains("conv_stem.weight")) return;
  for (const NamedTensor& item : own) {
    if (item.name.starts_with(kFrontEnd)) rename(weights, item.name.substr(kFrontEnd.size()), item.name);
  }
}

// The integer square root of `count`, or 0 if it is not a square.
std::int64_t side_of(std::int64_t count) {
  const auto side =
      static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(count, 0)))));
  return side * side == count ? side : 0;
}

// A tensor that is converted to the shape of the model's tensor, and the conversions so far.
struct Converted {
  at::Tensor tensor;
  std::vector<std::string> steps;
};

void convert_positions(Converted& converted, const at::Tensor& own) {
  const at::Tensor& table = converted.tensor;
  if (table.dim() != 3 || table.size(0) != 1 || table.size(2) != own.size(2)) return;
  const std::int64_t before = side_of(table.size(1) - 1);
  const std::int64_t after = side_of(own.size(1) - 1);
  if (before == 0 || before == after) return;
  converted.steps.push_back(text(before, " x ", before, " to ", after, " x ", after, " positions"));
  converted.tensor = resampled_positions(table, after);
}

void convert_bias(Converted& converted, const at::Tensor& own) {
  const at::Tensor& table = converted.tensor;
  const bool flat = own.dim() == 2;
  if (table.dim() != own.dim() || table.size(flat ? 1 : 0) != own.size(flat ? 1 : 0)) return;
  if (!flat && table.size(1) != table.size(2)) return;
  const std::int64_t before = flat ? side_of(table.size(0)) : table.size(1);
  const std::int64_t after = flat ? side_of(own.size(0)) : own.size(1);
  if (before % 2 == 0 || before == after) return;
  converted.steps.push_back(text("window ", (before + 1) / 2, " to ", (after + 1) / 2));
  converted.tensor = resampled_bias(table, (after + 1) / 2);
}

void convert_input(Converted& converted, const at::Tensor& own, bool patches, const std::string& channels) {
  if (converted.tensor.dim() != 4 || converted.tensor.size(0) != own.size(0) || converted.tensor.numel() == 0) return;
  const std::int64_t before = converted.tensor.size(2);
  if (patches && before == converted.tensor.size(3) && before != own.size(2) &&
      std::max(before, own.size(2)) <= kLargestPatch) {
    converted.steps.push_back(
        text("patches of ", before, " x ", before, " to ", own.size(2), " x ", own.size(3), " pixels"));
    converted.tensor = resampled_patches(converted.tensor, own.size(2));
  }
  if (converted.tensor.sizes().slice(2) == own.sizes().slice(2) && converted.tensor.size(1) != own.size(1)) {
    converted.steps.push_back(text(converted.tensor.size(1), " to ", own.size(1), " input channels (", channels, ")"));
    converted.tensor = with_input_channels(converted.tensor, own.size(1), channels);
  }
}

// (out, in) and (out, in, 1, 1) are the same matrix multiplication.
void convert_product(Converted& converted, const at::Tensor& own) {
  const at::Tensor& tensor = converted.tensor;
  const auto wide = [](const at::Tensor& weight) {
    return weight.dim() == 4 && weight.size(2) == 1 && weight.size(3) == 1;
  };
  const bool to_convolution = tensor.dim() == 2 && wide(own);
  const bool to_linear = wide(tensor) && own.dim() == 2;
  if (!(to_convolution || to_linear) || tensor.sizes().slice(0, 2) != own.sizes().slice(0, 2)) return;
  converted.steps.emplace_back(to_convolution ? "linear layer to 1 x 1 convolution"
                                              : "1 x 1 convolution to linear layer");
  converted.tensor = tensor.reshape(own.sizes());
}

class Plan {
 public:
  Plan(const Model& model, Weights weights, std::string channels, std::string source)
      : weights_(std::move(weights)),
        channels_(std::move(channels)),
        source_(std::move(source)),
        ends_(ends_of(model)) {
    report.prefixes = unwrap(weights_, source_);
    rename_first_release(weights_);
    own_ = model.parameters();
    const std::size_t parameters = own_.size();
    for (NamedTensor& buffer : model.buffers()) own_.push_back(std::move(buffer));
    rename_front_end(weights_, own_);
    const bool replace = judge_classifier();
    std::int64_t all = 0;
    std::int64_t found = 0;
    for (std::size_t index = 0; index < own_.size(); ++index) {
      const auto& [name, tensor] = own_[index];
      const bool taken = !(replace && name.starts_with(ends_.classifier + ".")) && take(name, tensor);
      if (index >= parameters) continue;
      all += tensor.numel();
      if (taken) found += tensor.numel();
    }
    report.share = static_cast<double>(found) / static_cast<double>(all);
    for (const auto& [name, tensor] : weights_) {
      const bool known = std::any_of(own_.begin(), own_.end(),
                                     [&wanted = name](const NamedTensor& item) { return item.name == wanted; });
      if (!known && !is_derived_buffer(name)) report.unexpected.push_back(name);
    }
    if (copies_.empty()) refuse_strangers();
    if (report.share < kLeastShare) refuse_small_share();
  }

  void carry_out() const {
    const at::NoGradGuard no_gradients;
    for (const auto& [target, values] : copies_) at::Tensor(target).copy_(values);
  }

  PretrainedReport report;

 private:
  // True if the classifier keeps its initial values because the number of outputs differs.
  bool judge_classifier() {
    const auto own_outputs = own_outputs_of_classifier();
    const auto found = weights_.find(ends_.classifier + ".weight");
    if (found == weights_.end() || found->second.dim() == 0) {
      report.classifier = text(ends_.classifier, ": not in the file, keeps its initial values");
      return false;
    }
    const std::int64_t outputs = found->second.size(0);
    const bool replace = outputs != own_outputs;
    report.classifier =
        replace
            ? text(ends_.classifier, ": replaced (", outputs, " outputs in the file, ", own_outputs, " in the model)")
            : text(ends_.classifier, ": loaded (", outputs, outputs == 1 ? " output" : " outputs", " in both)");
    if (!replace) return false;
    for (const NamedTensor& item : own_) {
      if (item.name.starts_with(ends_.classifier + ".")) report.replaced.push_back(item.name);
    }
    return true;
  }

  std::int64_t own_outputs_of_classifier() const {
    const auto weight = std::find_if(own_.begin(), own_.end(), [this](const NamedTensor& item) {
      return item.name == ends_.classifier + ".weight";
    });
    return weight->tensor.size(0);
  }

  // False if the file does not have the tensor.
  bool take(const std::string& name, const at::Tensor& own) {
    const auto found = weights_.find(name);
    if (found == weights_.end()) {
      report.missing.push_back(name);
      return false;
    }
    check_values(name, found->second);
    Converted converted{found->second, {}};
    if (converted.tensor.sizes() != own.sizes()) {
      if (name == "pos_embed") convert_positions(converted, own);
      if (name.ends_with(kBiasTable)) convert_bias(converted, own);
      if (name == ends_.input) convert_input(converted, own, name == "patch_embed.proj.weight", channels_);
      if (name.ends_with(".weight")) convert_product(converted, own);
    }
    if (converted.tensor.sizes() != own.sizes()) {
      throw Error(
          text(source_, ": tensor \"", name, "\" has the shape ", shape_text(found->second), ", but the model needs ",
               shape_text(own),
               " (the weights belong to another architecture or other options) set the model's options to those "
               "of the file, see jetvit describe `parameters`, or leave the tensor out of it"));
    }
    if (converted.steps.empty()) {
      report.loaded.push_back(name);
    } else {
      report.adapted.push_back({name, join(converted.steps, ", ")});
    }
    copies_.emplace_back(own, converted.tensor);
    return true;
  }

  void check_values(const std::string& name, const at::Tensor& tensor) const {
    if (!tensor.is_floating_point()) {
      throw Error(text(source_, ": tensor \"", name, "\" holds ", c10::toString(tensor.scalar_type()),
                       " values, but the model needs floating point"));
    }
    if (!at::isfinite(tensor.to(at::kFloat)).all().item<bool>()) {
      throw Error(text(source_, ": tensor \"", name, "\" holds values that are not finite (export the weights again)"));
    }
  }

  [[noreturn]] void refuse_strangers() const {
    const std::string first =
        report.unexpected.empty() ? "nothing" : text("\"", printable(report.unexpected.front()), "\"");
    throw Error(
        text(source_, ": none of its ", weights_.size(), " tensors fits the model (it has ", first, ", the model \"",
             own_.front().name,
             "\") choose weights of the same architecture with timm's names, or the best.safetensors of a run"));
  }

  [[noreturn]] void refuse_small_share() const {
    throw Error(
        text(source_, ": only ", copies_.size(), " of its ", weights_.size(), " tensors fit the model, ",
             fixed(100 * report.share, 2), " % of its parameters (less than ", fixed(100 * kLeastShare, 0),
             " %) choose weights of the same architecture with timm's names, or the best.safetensors of a run"));
  }

  Weights weights_;
  std::string channels_, source_;
  Ends ends_;
  std::vector<NamedTensor> own_;  // parameters, then buffers
  std::vector<std::pair<at::Tensor, at::Tensor>> copies_;
};

// The first few of `names` and the number of the rest.
std::string some(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 6;
  std::vector<std::string> shown;
  for (std::size_t index = 0; index < std::min(names.size(), kShown); ++index) shown.push_back(printable(names[index]));
  const std::string more = names.size() > kShown ? text(" and ", names.size() - kShown, " more") : "";
  return join(shown, ", ") + more;
}

}  // namespace

Json to_json(const PretrainedReport& report) {
  Json adapted = Json::array();
  for (const auto& [name, how] : report.adapted) adapted.push_back({{"name", name}, {"how", how}});
  return {{"file", report.file},
          {"sha256", report.sha256},
          {"prefixes", report.prefixes},
          {"share", report.share},
          {"classifier", report.classifier},
          {"loaded", report.loaded},
          {"adapted", adapted},
          {"replaced", report.replaced},
          {"missing", report.missing},
          {"unexpected", report.unexpected}};
}

std::vector<std::string> summary_lines(const PretrainedReport& report) {
  const std::size_t all = report.loaded.size() + report.adapted.size() + report.replaced.size() + report.missing.size();
  std::vector<std::string> lines = {
      text("pretrained ", report.file, ": ", report.loaded.size(), " of ", all, " tensors loaded, ",
           report.adapted.size(), " adapted, ", report.replaced.size(), " replaced, ", report.missing.size(),
           " missing; ", report.unexpected.size(), " unexpected (", fixed(100 * report.share, 1),
           " % of the parameters start from it)"),
      "  " + report.classifier};
  for (const auto& [prefix, count] : report.prefixes) {
    lines.push_back(text("  the prefix \"", prefix, "\" was taken off ", count, count == 1 ? " name" : " names"));
  }
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // how, names
  for (const auto& [name, how] : report.adapted) {
    const auto known = std::find_if(groups.begin(), groups.end(),
                                    [&wanted = how](const auto& group) { return group.first == wanted; });
    if (known == groups.end()) {
      groups.push_back({how, {name}});
    } else {
      known->second.push_back(name);
    }
  }
  for (const auto& [how, names] : groups) lines.push_back(text("  adapted, ", how, ": ", some(names)));
  if (!report.missing.empty()) lines.push_back(text("  missing, keep their initial values: ", some(report.missing)));
  if (!report.unexpected.empty()) lines.push_back(text("  unexpected, left out: ", some(report.unexpected)));
  return lines;
}

PretrainedReport load_pretrained(Model& model, std::map<std::string, at::Tensor> weights, const std::string& channels,
                                 const std::string& source) {
  Plan plan(model, std::move(weights), channels, source);
  plan.carry_out();
  plan.report.file = source;
  return std::move(plan.report);
}

PretrainedReport load_pretrained(Model& model, const PretrainedOptions& options) {
  Sha256 digest;
  PretrainedReport report =
      load_pretrained(model, read_safetensors(options.file, &digest).tensors, options.channels, options.file);
  report.sha256 = digest.hex();
  return report;
}

}  // namespace jetvit

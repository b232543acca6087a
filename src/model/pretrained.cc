#include "model/pretrained.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/isfinite.h>

#include "base/digest.h"
#include "base/error.h"
#include "base/text.h"
#include "model/resampled_weights.h"
#include "model/safetensors.h"
#include "model/weights.h"

namespace jetvit {
namespace {

using Weights = std::map<std::string, at::Tensor>;

constexpr std::string_view kBiasTable = "relative_position_bias_table";
constexpr std::int64_t kLargestPatch = 32;  // that is resampled: the pseudoinverse has its square of rows

// Every model registers the convolution that sees the image before any other, and its classifier last.
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

// Swin's first release merges patches at the end of a stage, timm's at the begin of the next one.
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

// EffSwin keeps what an EfficientNet begins with under names of its own. Of the file's others nothing is renamed:
// reports show them as they are.
void rename_front_end(Weights& weights, const std::vector<NamedTensor>& own) {
  constexpr std::string_view kFrontEnd = "patch_embed.feature_extractor.";
  if (!weights.contains("conv_stem.weight")) return;
  for (const NamedTensor& item : own) {
    if (item.name.starts_with(kFrontEnd)) rename(weights, item.name.substr(kFrontEnd.size()), item.name);
  }
}

// The side of a square of `count`, or 0 where it is none.
std::int64_t side_of(std::int64_t count) {
  const auto side =
      static_cast<std::int64_t>(std::lround(std::sqrt(static_cast<double>(std::max<std::int64_t>(count, 0)))));
  return side * side == count ? side : 0;
}

// A tensor on its way to the shape of the model's.
struct Fitted {
  at::Tensor tensor;
  std::vector<std::string> steps;
};

void fit_positions(Fitted& fitted, const at::Tensor& own) {
  const at::Tensor& table = fitted.tensor;
  if (table.dim() != 3 || table.size(0) != 1 || table.size(2) != own.size(2)) return;
  const std::int64_t before = side_of(table.size(1) - 1);
  const std::int64_t after = side_of(own.size(1) - 1);
  if (before == 0 || before == after) return;
  fitted.steps.push_back(text(before, " x ", before, " to ", after, " x ", after, " positions"));
  fitted.tensor = resampled_positions(table, after);
}

void fit_bias(Fitted& fitted, const at::Tensor& own) {
  const at::Tensor& table = fitted.tensor;
  const bool flat = own.dim() == 2;
  if (table.dim() != own.dim() || table.size(flat ? 1 : 0) != own.size(flat ? 1 : 0)) return;
  if (!flat && table.size(1) != table.size(2)) return;
  const std::int64_t before = flat ? side_of(table.size(0)) : table.size(1);
  const std::int64_t after = flat ? side_of(own.size(0)) : own.size(1);
  if (before % 2 == 0 || before == after) return;
  fitted.steps.push_back(text("window ", (before + 1) / 2, " to ", (after + 1) / 2));
  fitted.tensor = resampled_bias(table, (after + 1) / 2);
}

void fit_input(Fitted& fitted, const at::Tensor& own, bool patches, const std::string& channels) {
  if (fitted.tensor.dim() != 4 || fitted.tensor.size(0) != own.size(0) || fitted.tensor.numel() == 0) return;
  const std::int64_t before = fitted.tensor.size(2);
  if (patches && before == fitted.tensor.size(3) && before != own.size(2) &&
      std::max(before, own.size(2)) <= kLargestPatch) {
    fitted.steps.push_back(
        text("patches of ", before, " x ", before, " to ", own.size(2), " x ", own.size(3), " pixels"));
    fitted.tensor = resampled_patches(fitted.tensor, own.size(2));
  }
  if (fitted.tensor.sizes().slice(2) == own.sizes().slice(2) && fitted.tensor.size(1) != own.size(1)) {
    fitted.steps.push_back(text(fitted.tensor.size(1), " to ", own.size(1), " input channels (", channels, ")"));
    fitted.tensor = with_input_channels(fitted.tensor, own.size(1), channels);
  }
}

// (out, in) and (out, in, 1, 1) are the same product.
void fit_product(Fitted& fitted, const at::Tensor& own) {
  const at::Tensor& tensor = fitted.tensor;
  const auto wide = [](const at::Tensor& weight) {
    return weight.dim() == 4 && weight.size(2) == 1 && weight.size(3) == 1;
  };
  const bool to_convolution = tensor.dim() == 2 && wide(own);
  const bool to_linear = wide(tensor) && own.dim() == 2;
  if (!(to_convolution || to_linear) || tensor.sizes().slice(0, 2) != own.sizes().slice(0, 2)) return;
  fitted.steps.emplace_back(to_convolution ? "linear layer to 1 x 1 convolution" : "1 x 1 convolution to linear layer");
  fitted.tensor = tensor.reshape(own.sizes());
}

class Plan {
 public:
  Plan(const Model& model, Weights weights, std::string channels, std::string source)
      : weights_(std::move(weights)),
        channels_(std::move(channels)),
        source_(std::move(source)),
        ends_(ends_of(model)) {
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
      const bool known =
          std::any_of(own_.begin(), own_.end(), [&name = name](const NamedTensor& item) { return item.name == name; });
      if (!known && !is_derived_buffer(name)) report.unexpected.push_back(name);
    }
    if (copies_.empty()) refuse_strangers();
  }

  void carry_out() const {
    const at::NoGradGuard no_gradients;
    for (const auto& [target, values] : copies_) at::Tensor(target).copy_(values);
  }

  PretrainedReport report;

 private:
  // True where the classifier keeps its initial values.
  bool judge_classifier() {
    const auto own_outputs = own_outputs_of_classifier();
    const auto found = weights_.find(ends_.classifier + ".weight");
    if (found == weights_.end() || found->second.dim() == 0) {
      report.classifier = text(ends_.classifier, ": not in the file, drawn anew");
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

  // False where the file lacks the tensor.
  bool take(const std::string& name, const at::Tensor& own) {
    const auto found = weights_.find(name);
    if (found == weights_.end()) {
      report.missing.push_back(name);
      return false;
    }
    check_values(name, found->second);
    Fitted fitted{found->second, {}};
    if (fitted.tensor.sizes() != own.sizes()) {
      if (name == "pos_embed") fit_positions(fitted, own);
      if (name.ends_with(kBiasTable)) fit_bias(fitted, own);
      if (name == ends_.input) fit_input(fitted, own, name == "patch_embed.proj.weight", channels_);
      if (name.ends_with(".weight")) fit_product(fitted, own);
    }
    if (fitted.tensor.sizes() != own.sizes()) {
      throw Error(
          text(source_, ": tensor \"", name, "\" has the shape ", shape_text(found->second), ", the model needs ",
               shape_text(own),
               " (the weights belong to another architecture or other options) set the model's options to those "
               "of the file, see jetvit describe --parameters, or leave the tensor out of it"));
    }
    if (fitted.steps.empty()) {
      report.loaded.push_back(name);
    } else {
      report.adapted.push_back({name, join(fitted.steps, ", ")});
    }
    copies_.emplace_back(own, fitted.tensor);
    return true;
  }

  void check_values(const std::string& name, const at::Tensor& tensor) const {
    if (!tensor.is_floating_point()) {
      throw Error(text(source_, ": tensor \"", name, "\" holds ", c10::toString(tensor.scalar_type()),
                       " values, the model needs floating point"));
    }
    if (!at::isfinite(tensor.to(at::kFloat)).all().item<bool>()) {
      throw Error(text(source_, ": tensor \"", name, "\" holds values that are not finite (write the file anew)"));
    }
  }

  [[noreturn]] void refuse_strangers() const {
    const std::string first =
        report.unexpected.empty() ? "nothing" : text("\"", printable(report.unexpected.front()), "\"");
    throw Error(text(source_, ": none of its ", weights_.size(), " tensors fits the model (it has ", first,
                     ", the model \"", own_.front().name,
                     "\") choose weights of the same architecture under timm's names; of a run, its best.safetensors"));
  }

  Weights weights_;
  std::string channels_, source_;
  Ends ends_;
  std::vector<NamedTensor> own_;  // parameters, then buffers
  std::vector<std::pair<at::Tensor, at::Tensor>> copies_;
};

// The first few of `names`, and how many more there are.
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
          {"share", report.share},
          {"classifier", report.classifier},
          {"loaded", report.loaded},
          {"adapted", adapted},
          {"replaced", report.replaced},
          {"missing", report.missing},
          {"unexpected", report.unexpected}};
}

std::string summary(const PretrainedReport& report) {
  const std::size_t all = report.loaded.size() + report.adapted.size() + report.replaced.size() + report.missing.size();
  std::string lines =
      text("pretrained ", report.file, ": ", report.loaded.size(), " of ", all, " tensors loaded, ",
           report.adapted.size(), " adapted, ", report.replaced.size(), " replaced, ", report.missing.size(),
           " missing; ", report.unexpected.size(), " unexpected (", fixed(100 * report.share, 1),
           " % of the parameters start from it)\n", "  ", report.classifier, "\n");
  std::vector<std::pair<std::string, std::vector<std::string>>> groups;  // how, names
  for (const auto& [name, how] : report.adapted) {
    const auto known =
        std::find_if(groups.begin(), groups.end(), [&how = how](const auto& group) { return group.first == how; });
    if (known == groups.end()) {
      groups.push_back({how, {name}});
    } else {
      known->second.push_back(name);
    }
  }
  for (const auto& [how, names] : groups) lines += text("  adapted, ", how, ": ", some(names), "\n");
  if (!report.missing.empty()) lines += text("  missing, keep their initial values: ", some(report.missing), "\n");
  if (!report.unexpected.empty()) lines += text("  unexpected, left out: ", some(report.unexpected), "\n");
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

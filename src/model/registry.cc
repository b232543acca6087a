#include "model/registry.h"

#include <functional>

#include "base/text.h"
#include "model/coatnet.h"
#include "model/davit.h"
#include "model/efficientnet.h"
#include "model/effswin.h"
#include "model/layers/init.h"
#include "model/maxvit.h"
#include "model/resnet_15.h"
#include "model/swin.h"
#include "model/vit.h"
#include "ops/shape_kernels.h"

namespace jetvit {
namespace {

struct Entry {
  ModelInfo info;
  std::function<std::unique_ptr<Model>(const Json&)> make;
  std::function<Json(const Json&)> resolve;
  std::function<std::vector<OptionHelp>()> help;
};

template <class Options>
Options overwritten(Options options, const Json& json) {
  if (!json.is_null()) options_from_json(json, options, "model.");
  return options;
}

template <class Options>
Entry entry(const char* name, const char* summary, Options defaults, std::unique_ptr<Model> (*make)(const Options&)) {
  return {{name, summary},
          [=](const Json& json) { return make(overwritten(defaults, json)); },
          [=](const Json& json) { return options_to_json(overwritten(defaults, json)); },
          [=] { return options_help(defaults); }};
}

const std::vector<Entry>& entries() {
  static const std::vector<Entry> list = {
      entry("vit_tiny", "vision transformer, equal to timm's vit_tiny_patch16_224", VitOptions(), make_vit),
      entry("vit_small", "a larger one, equal to timm's vit_small_patch16_224", vit_small_options(), make_vit),
      entry("vit_nano", "a small vision transformer for two CPU cores", vit_nano_options(), make_vit),
      entry("coatnet_0", "convolution and attention, equal to timm's coatnet_0_rw_224", CoatNetOptions(), make_coatnet),
      entry("coatnet_0_paper", "CoAtNet-0 as in its paper, equal to timm's coatnet_0_224", coatnet_paper_options(),
            make_coatnet),
      entry("coatnet_nano", "a small coatnet_0 for two CPU cores", coatnet_nano_options(), make_coatnet),
      entry("swin_tiny", "attention in shifted windows, equal to timm's swin_tiny_patch4_window7_224", SwinOptions(),
            make_swin),
      entry("swin_nano", "a small Swin transformer for two CPU cores", swin_nano_options(), make_swin),
      entry("efficientnet_b0", "depthwise convolutions and squeeze-excite, equal to timm's efficientnet_b0",
            EfficientNetOptions(), make_efficientnet),
      entry("efficientnet_b3", "a larger one, equal to timm's efficientnet_b3", efficientnet_b3_options(),
            make_efficientnet),
      entry("efficientnet_nano", "a small EfficientNet for two CPU cores", efficientnet_nano_options(),
            make_efficientnet),
      entry("effswin", "an EfficientNet front end followed by Swin stages: the study's hybrid", EffSwinOptions(),
            make_effswin),
      entry("effswin_nano", "a small EffSwin for two CPU cores", effswin_nano_options(), make_effswin),
      entry("davit_tiny", "attention in windows and among channels, equal to timm's davit_tiny", DaVitOptions(),
            make_davit),
      entry("davit_nano", "a small DaViT for two CPU cores", davit_nano_options(), make_davit),
      entry("maxvit_tiny", "block and grid attention, equal to timm's maxvit_tiny_tf_224", MaxVitOptions(),
            make_maxvit),
      entry("maxvit_tiny_rw", "a variant, equal to timm's maxvit_tiny_rw_224", maxvit_rw_options(), make_maxvit),
      entry("maxvit_nano", "a small maxvit_tiny for two CPU cores", maxvit_nano_options(), make_maxvit),
      entry("resnet_15", "the baseline of arXiv:1902.08276, without batch norm", ResNet15Options(), make_resnet_15),
  };
  return list;
}

const Entry& find_entry(const std::string& name) {
  std::vector<std::string> names;
  for (const Entry& candidate : entries()) {
    if (candidate.info.name == name) return candidate;
    names.push_back(candidate.info.name);
  }
  const std::string near = nearest_word(name, names);
  throw UsageError(text("no model \"", printable(name), "\" (",
                        near.empty() ? text("available: ", join(names, ", ")) : text("did you mean ", near, "?"), ")"));
}

}  // namespace

std::vector<ModelInfo> model_list() {
  std::vector<ModelInfo> list;
  for (const Entry& candidate : entries()) list.push_back(candidate.info);
  return list;
}

std::unique_ptr<Model> make_model(const std::string& name, const Json& options, at::Device device) {
  const init::OnDevice on_device(device);
  return find_entry(name).make(options);
}

std::unique_ptr<Model> make_model_shape(const std::string& name, const Json& options) {
  register_shape_kernels();
  return make_model(name, options, at::kMeta);
}

Json resolved_model_options(const std::string& name, const Json& options) {
  return find_entry(name).resolve(options);
}

std::vector<OptionHelp> model_options_help(const std::string& name) {
  return find_entry(name).help();
}

std::int64_t parameter_count(const Module& model) {
  std::int64_t count = 0;
  for (const NamedTensor& parameter : model.parameters()) count += parameter.tensor.numel();
  return count;
}

}  // namespace jetvit

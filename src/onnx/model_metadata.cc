#include "onnx/model_metadata.h"

#include <span>

#include "base/digest.h"
#include "base/options.h"
#include "base/text.h"
#include "model/io/weights.h"

namespace jetvit::onnx {

std::string weights_digest(const Model& model) {
  Sha256 digest;
  const auto add = [&digest](const void* data, std::size_t bytes) {
    digest.add({static_cast<const std::byte*>(data), bytes});
  };
  for (const auto& [name, tensor] : named_weights(model)) {
    const std::string head = text(name, " ", shape_text(tensor), "\n");
    add(head.data(), head.size());
    const at::Tensor values = tensor.to(at::kFloat).contiguous();
    add(values.const_data_ptr(), values.nbytes());
  }
  return digest.hex();
}

std::map<std::string, std::string> model_metadata(const TrainedModel& trained) {
  const Json transform = to_json(trained.transform);
  Json shape;
  if (trained.shape) shape = {trained.shape->channels, trained.shape->height, trained.shape->width};
  return {{"jetvit.model", trained.model_name},
          {"jetvit.model_options", json_text(trained.model_options)},
          {"jetvit.version", trained.provenance.version},
          {"jetvit.class_names", json_text(trained.class_names)},
          {"jetvit.channels", json_text(transform.at("channels"))},
          {"jetvit.shape", json_text(shape)},
          {"jetvit.transform", json_text(transform)},
          {"jetvit.image", json_text(options_to_json(trained.image))},
          {"jetvit.recipe", json_text(trained.recipe)},
          {"jetvit.provenance", json_text(to_json(trained.provenance))},
          {"jetvit.weights_sha256", weights_digest(*trained.model)}};
}

}  // namespace jetvit::onnx

#include "run/description.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

const Json& object_at(const Json& json, const char* key) {
  const Json& value = json.at(key);
  if (!value.is_object()) throw Error(text("\"", key, "\" is not an object"));
  return value;
}

Json to_json(const TrainedData& data) {
  Json json = {{"name", data.name}, {"source", data.source}, {"fingerprint", data.fingerprint}};
  if (data.observers) json["observers"] = *data.observers;
  if (data.shape) json["shape"] = {data.shape->channels, data.shape->height, data.shape->width};
  json["class_names"] = data.class_names;
  json["label_column"] = data.label_column;
  return json;
}

TrainedData data_from_json(const Json& json) {
  TrainedData data;
  json.at("name").get_to(data.name);
  data.source = object_at(json, "source");
  json.at("fingerprint").get_to(data.fingerprint);
  if (json.contains("observers")) data.observers = json.at("observers").get<ObserverDigests>();
  if (json.contains("shape")) {
    const Json& shape = json.at("shape");
    data.shape = ImageShape{shape.at(0).get<int>(), shape.at(1).get<int>(), shape.at(2).get<int>()};
  }
  data.class_names = json.value("class_names", ClassNames());
  data.label_column = json.value("label_column", "");
  return data;
}

}  // namespace

Json to_json(const Description& description) {
  return {{"kind", description.kind},
          {"version", description.version},
          {"model", {{"name", description.model_name}, {"options", description.model_options}}},
          {"transform", to_json(description.transform)},
          {"image", options_to_json(description.image)},
          {"recipe", description.recipe},
          {"pretrained", description.pretrained},
          {"data", to_json(description.data)},
          {"position", to_json(description.position)}};
}

Description description_from_json(const Json& json) {
  Description description;
  try {
    description.kind = json.value("kind", "");
    json.at("version").get_to(description.version);
    json.at("model").at("name").get_to(description.model_name);
    description.model_options = json.at("model").at("options");
    description.transform = input_transform_from_json(json.at("transform"));
    options_from_json(json.at("image"), description.image, "image.");
    description.recipe = object_at(json, "recipe");
    description.pretrained = json.value("pretrained", Json());
    description.data = data_from_json(json.at("data"));
    description.position = training_state_from_json(json.at("position"));
  } catch (const Json::exception& error) {
    throw Error(text("damaged description (", printable(error.what()), ")"));
  } catch (const Error& error) {
    throw Error(text("damaged description, or of another version (", error.what(), ")"));
  }
  return description;
}

}  // namespace jetvit

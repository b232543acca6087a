#include "train/complete_options.h"

#include "base/text.h"

namespace jetvit {

Json complete_options(const Recipe& recipe, const InputTransform& transform) {
  Json options = recipe.model_options;
  const auto require = [&options](const char* key, int value, const char* why) {
    if (options.contains(key) && options[key] != Json(value)) {
      throw UsageError(text("model.", key, " = ", printable(json_text(options[key])), " does not fit (", why,
                            " make it ", value, ") leave it out"));
    }
    options[key] = value;
  };
  require("channels", transform.outputs(), "data and [transform]");
  require("outputs", 1, "binary labels");
  require("image_size", recipe.image.size, "[image]");
  return options;
}

}  // namespace jetvit

#include "prepare/store_options.h"

#include "base/error.h"
#include "jet/image_layout.h"

namespace jetvit {

void refuse_file_options(const ReadOptions& options, const Manifest& store) {
  refuse_label_options(options, "jet stores", false);
  refuse_weight_column(options, "jet stores", "have the weights that jetvit prepare was given");
  if (!options.class_names.empty()) {
    throw UsageError("`class_names`: a jet store already has the names of its classes (jetvit prepare sets them)");
  }
  require_stated_shape(options, store.shape, "jet stores");
}

}  // namespace jetvit

#pragma once

#include <string>
#include <vector>

#include "base/file.h"
#include "jet/image_layout.h"

namespace jetvit {

// Arrow writes tensors of a fixed shape (the canonical extension type arrow.fixed_shape_tensor) to Parquet as flat
// lists. Their shape, the names of their axes and the order in which these are stored are in the Arrow schema of the
// file's metadata. Returns what that says about the images in `column`, or nothing if they are no such tensors.
// Permuted tensors have two readings, first that of Arrow's format, then that of pyarrow's from_numpy_ndarray, which
// writes the inverse permutation and names the permuted axes. Throws Error if the schema is damaged or the tensors are
// no images.
std::vector<StatedLayout> stated_by_arrow(const InputFile& file, const std::string& column);

}  // namespace jetvit

#pragma once

#include <filesystem>
#include <string>

#include "jet/jet_reader.h"

namespace jetvit {

// Compares two data sets, stores or files: jets and classes, the means of every observable with their difference in
// units of its statistical error, and the average images. Prints tables, or JSON; draws pictures of both into the
// folder `pictures`, where one is named. Throws Error for sets of other channels, and with pictures of other sizes.
void compare_data(const std::string& first, const std::string& second, const ReadOptions& options,
                  const std::filesystem::path& pictures, bool as_json);

}  // namespace jetvit

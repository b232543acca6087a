#include "run/learning_log.h"

#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "run/run_log.h"

namespace jetvit {
namespace {

// The number under `key`; NaN if there is none (a loss that is not finite is written as null).
double number(const Json& row, const char* key) {
  const auto found = row.find(key);
  return found != row.end() && found->is_number() ? found->get<double>() : NAN;
}

}  // namespace

LearningCurve read_learning_log(const std::filesystem::path& path, const std::string& name) {
  LearningCurve curve{name, {}, {}, {}, {}};
  std::istringstream lines(read_text_file(path, kLargestLog));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = text(path, ": line ", ++count);
    const Json row = parse_json(line, where);
    if (!row.is_object() || !std::isfinite(number(row, "epoch"))) {
      throw Error(text(where, " is not the row of an epoch (is this a log of jetvit train?)"));
    }
    curve.epoch.push_back(number(row, "epoch"));
    curve.training_loss.push_back(number(row, "train_loss"));
    curve.validation_loss.push_back(number(row, "validation_loss"));
    curve.validation_auc.push_back(number(row, "validation_auc"));
  }
  return curve;
}

}  // namespace jetvit

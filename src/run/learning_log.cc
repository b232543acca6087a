#include "run/learning_log.h"

#include <cmath>
#include <sstream>

#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "run/run_log.h"

namespace jetvit {

LearningCurve read_learning_log(const std::filesystem::path& path, const std::string& name) {
  LearningCurve curve{name, {}, {}, {}, {}};
  std::istringstream lines(read_text_file(path, kLargestLog));
  std::size_t count = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string where = text(path, ": line ", ++count);
    const Json row = parse_json(line, where);
    const std::optional<double> epoch = row.is_object() ? logged_number(row, "epoch") : std::nullopt;
    if (!epoch) {
      throw Error(text(where, " is not the row of an epoch (is this a log of jetvit train?)"));
    }
    curve.epoch.push_back(*epoch);
    curve.training_loss.push_back(logged_number(row, "train_loss").value_or(NAN));
    curve.validation_loss.push_back(logged_number(row, "validation_loss").value_or(NAN));
    curve.validation_auc.push_back(logged_number(row, "validation_auc").value_or(NAN));
  }
  return curve;
}

}  // namespace jetvit

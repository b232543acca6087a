#include "jet/class_names.h"

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

bool are_equal(const std::string& one, const std::string& other) {
  return lower_case(one) == lower_case(other);
}

}  // namespace

ClassNames default_class_names(int channels) {
  if (channels == 3) return {"gluon", "quark"};
  if (channels == 8) return {"qcd", "top"};
  return {"label 0", "label 1"};
}

ClassNames parse_class_names(const std::vector<std::string>& words) {
  if (words.size() != 2 || words[0].empty() || words[1].empty() || are_equal(words[0], words[1])) {
    throw UsageError("`class_names` takes two different names: that of label 0, then that of label 1");
  }
  return {words[0], words[1]};
}

bool have_same_meaning(const ClassNames& one, const ClassNames& other) {
  for (std::size_t label = 0; label < one.size(); ++label) {
    if (one[label].empty() || other[label].empty()) return true;
  }
  return are_equal(one[0], other[0]) && are_equal(one[1], other[1]);
}

std::string class_names_text(const ClassNames& names) {
  return text("0 = ", class_name(names, 0), ", 1 = ", class_name(names, 1));
}

std::string class_name(const ClassNames& names, int label) {
  const std::string& name = names[static_cast<std::size_t>(label)];
  return name.empty() ? text("label ", label) : printable(name);
}

}  // namespace jetvit

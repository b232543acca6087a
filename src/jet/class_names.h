#pragma once

#include <array>
#include <string>
#include <vector>

namespace jetvit {

// Names of the labels 0 and 1. Empty names are unknown, as in stores and runs of earlier versions.
using ClassNames = std::array<std::string, 2>;

// Names for a data set with `channels` channels: gluon and quark for 3 (arXiv:1902.08276), qcd and top for 8
// (arXiv:2104.14659), otherwise "label 0" and "label 1".
ClassNames default_class_names(int channels);

// The names in `words`. Throws UsageError unless they are two different names.
ClassNames parse_class_names(const std::vector<std::string>& words);

// Whether a label has the same meaning in both. Upper and lower case count as equal; unknown names fit any names.
bool have_same_meaning(const ClassNames& one, const ClassNames& other);

// "0 = gluon, 1 = quark", with control characters replaced.
std::string class_names_text(const ClassNames& names);

// The name of a label for messages, tables and plots, with control characters replaced; "label 0" if it is unknown.
std::string class_name(const ClassNames& names, int label);

}  // namespace jetvit

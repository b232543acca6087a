#include "jet/jet_records.h"

#include <algorithm>
#include <numeric>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {
namespace {

template <class Value>
void append_column(std::vector<Value>& to, const std::vector<Value>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

template <class Value>
std::vector<Value> select_column(const std::vector<Value>& from, std::span<const std::size_t> rows) {
  std::vector<Value> out;
  out.reserve(rows.size());
  for (const std::size_t row : rows) out.push_back(from[row]);
  return out;
}

// Whether the same observers hold integers of the same types.
bool same_types(const std::vector<IntegerColumn>& one, const std::vector<IntegerColumn>& other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const auto& a, const auto& b) {
    return a.observer == b.observer && a.is_unsigned == b.is_unsigned;
  });
}

std::string observers_text(const JetRecords& jets) {
  std::vector<std::string> words;
  for (std::size_t place = 0; place < jets.observer_names.size(); ++place) {
    const IntegerColumn* integers = jets.integers_of(place);
    const char* type = integers == nullptr ? "" : integers->is_unsigned ? " (unsigned integers)" : " (integers)";
    words.push_back(jets.observer_names[place] + type);
  }
  return join(words, ", ");
}

// Sets the observers of `to` from its first jets; all later jets must have the same ones.
void adopt_observers(JetRecords& to, const JetRecords& from) {
  if (to.size() == 0) {
    to.observer_names = from.observer_names;
    to.observers.resize(from.observers.size());
    to.integers.clear();
    for (const IntegerColumn& column : from.integers) to.integers.push_back({column.observer, column.is_unsigned, {}});
  } else if (to.observer_names != from.observer_names || !same_types(to.integers, from.integers)) {
    throw Error(text("jets with the observers ", observers_text(to), " cannot be joined with jets with ",
                     observers_text(from)));
  } else if (to.identity.empty() != from.identity.empty()) {
    throw Error("jets with identities cannot be joined with jets without them");
  }
}

void append_columns(JetRecords& to, const JetRecords& from) {
  append_column(to.label, from.label);
  append_column(to.weight, from.weight);
  for (std::size_t column = 0; column < to.observers.size(); ++column) {
    append_column(to.observers[column], from.observers[column]);
  }
  for (std::size_t column = 0; column < to.integers.size(); ++column) {
    append_column(to.integers[column].value, from.integers[column].value);
  }
  append_column(to.source_file, from.source_file);
  append_column(to.source_row, from.source_row);
  append_column(to.identity, from.identity);
}

}  // namespace

void SparseImages::append(const SparseImages& other) {
  if (offset.size() == 1) shape = other.shape;
  if (shape != other.shape) throw Error("images of different shapes cannot be joined");
  const std::uint64_t base = offset.back();
  for (std::size_t row = 1; row < other.offset.size(); ++row) offset.push_back(base + other.offset[row]);
  append_column(pixel, other.pixel);
  append_column(value, other.value);
}

void JetRecords::clear() {
  images.offset.resize(1);
  images.pixel.clear();
  images.value.clear();
  label.clear();
  weight.clear();
  for (auto& column : observers) column.clear();
  for (IntegerColumn& column : integers) column.value.clear();
  source_file.clear();
  source_row.clear();
  identity.clear();
}

void JetRecords::append(const JetRecords& other) {
  if (size() == 0) clear();
  adopt_observers(*this, other);
  images.append(other.images);
  append_columns(*this, other);
}

void JetRecords::append_without_images(const JetRecords& other) {
  adopt_observers(*this, other);
  append_columns(*this, other);
}

JetRecords JetRecords::select(std::span<const std::size_t> jets) const {
  JetRecords out;
  out.images.shape = images.shape;
  for (const std::size_t jet : jets) {
    for (int channel = 0; channel < images.shape.channels; ++channel) {
      const SparseChannel pixels = images.channel(jet, channel);
      out.images.pixel.insert(out.images.pixel.end(), pixels.pixel.begin(), pixels.pixel.end());
      out.images.value.insert(out.images.value.end(), pixels.value.begin(), pixels.value.end());
      out.images.offset.push_back(out.images.pixel.size());
    }
  }
  out.label = select_column(label, jets);
  out.weight = select_column(weight, jets);
  out.observer_names = observer_names;
  for (const auto& column : observers) out.observers.push_back(select_column(column, jets));
  for (const IntegerColumn& column : integers) {
    out.integers.push_back({column.observer, column.is_unsigned, select_column(column.value, jets)});
  }
  out.source_file = select_column(source_file, jets);
  out.source_row = select_column(source_row, jets);
  if (!identity.empty()) out.identity = select_column(identity, jets);
  return out;
}

JetRecords JetRecords::slice(std::size_t first, std::size_t last) const {
  std::vector<std::size_t> jets(last - first);
  std::iota(jets.begin(), jets.end(), first);
  return select(jets);
}

const std::vector<double>& JetRecords::observer(const std::string& name) const {
  for (std::size_t column = 0; column < observer_names.size(); ++column) {
    if (observer_names[column] == name) return observers[column];
  }
  throw Error(text("no observer \"", printable(name), "\" (available: ", join(observer_names, ", "), ")"));
}

const IntegerColumn* JetRecords::integers_of(std::size_t place) const {
  const auto found = std::find_if(integers.begin(), integers.end(),
                                  [place](const IntegerColumn& column) { return column.observer == place; });
  return found == integers.end() ? nullptr : &*found;
}

}  // namespace jetvit

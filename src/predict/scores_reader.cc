#include "predict/scores_reader.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "raw/parquet_footer.h"
#include "raw/scalar_column.h"

namespace jetvit {
namespace {

constexpr std::uint64_t kRowLimit = std::uint64_t{1} << 25;    // ten times the largest published set of jets
constexpr std::uint64_t kValueLimit = std::uint64_t{1} << 27;  // of all columns: a gigabyte of doubles
constexpr std::size_t kWindow = 64 << 10;

// Where the columns lie among the leaves of the file.
struct Places {
  int score = -1, label = -1;
  std::optional<int> weight, trained_on;
  std::vector<int> observers;

  std::vector<int> all() const {
    std::vector<int> places = {score, label};
    if (weight) places.push_back(*weight);
    if (trained_on) places.push_back(*trained_on);
    places.insert(places.end(), observers.begin(), observers.end());
    return places;
  }
};

bool is_flat_number(const LeafColumn& column) {
  return column.is_number() && column.max_repetition == 0 && column.path == column.root;
}

// The index of a column of numbers; none if there is no such column.
std::optional<int> find_numbers(const std::vector<LeafColumn>& columns, const std::string& name) {
  for (std::size_t place = 0; place < columns.size(); ++place) {
    if (columns[place].root != name) continue;
    if (!is_flat_number(columns[place])) throw Error(text("column ", name, " does not hold plain numbers"));
    return static_cast<int>(place);
  }
  return std::nullopt;
}

Places find_columns(const std::vector<LeafColumn>& columns, const std::string& weight_column) {
  const auto score = find_numbers(columns, "score");
  const auto label = find_numbers(columns, "label");
  if (!score || !label) {
    throw Error(text("has no column ", score ? "label" : "score", " (the columns score and label are measured)"));
  }
  const std::string weight = weight_column.empty() ? "weight" : weight_column;
  Places places{.score = *score,
                .label = *label,
                .weight = find_numbers(columns, weight),
                .trained_on = find_numbers(columns, "trained_on"),
                .observers = {}};
  if (!weight_column.empty() && !places.weight) {
    throw Error(text("has no column ", printable(weight_column), " (`weight_column`)"));
  }
  const std::vector<std::string> known = {"score", "label", weight, "trained_on", "logit", "source_row"};
  for (std::size_t place = 0; place < columns.size(); ++place) {
    const LeafColumn& column = columns[place];
    if (!is_flat_number(column) || contains(known, column.root)) continue;
    places.observers.push_back(static_cast<int>(place));
  }
  return places;
}

// The row groups with the chunks of the wanted columns; checks the limits.
std::vector<RowGroup> row_groups(ParquetFooter& footer, const std::vector<int>& wanted) {
  const std::uint64_t limit = std::min(kRowLimit, kValueLimit / wanted.size());
  std::vector<RowGroup> groups;
  std::uint64_t rows = 0;
  RowGroup group;
  while (footer.next(wanted, group)) {
    if (group.rows > limit - rows) {
      throw Error(text("holds more rows than can be measured (limit ", with_commas(limit), " with its ", wanted.size(),
                       " columns of numbers; divide the file)"));
    }
    rows += group.rows;
    if (group.rows > 0) groups.push_back(group);
  }
  return groups;
}

// What nulls are in a column: an observer may be missing, as NaN.
enum class Nulls : std::uint8_t { kRefused, kAreNan };

// The chunks at `index` of the groups, one after the other.
template <class Value, class Convert>
std::vector<Value> read_column(const InputFile& file, const LeafColumn& column, const std::vector<RowGroup>& groups,
                               std::size_t index, Nulls nulls, Convert convert) {
  constexpr std::uint64_t kStep = 1 << 16;
  std::vector<Value> out;
  std::uint64_t rows = 0;
  for (const RowGroup& group : groups) rows += group.rows;
  out.reserve(rows);
  ScalarValues values;
  PageReader::Buffers buffers;
  for (const RowGroup& group : groups) {
    const ColumnChunk& chunk = group.chunks[index];
    const Decompressor decompressor(chunk.codec);
    ScalarColumnReader reader(ChunkBytes(file, chunk.offset, chunk.size, std::min<std::size_t>(chunk.size, kWindow)),
                              column, decompressor, group.rows, buffers);
    for (std::uint64_t left = group.rows; left > 0; left -= values.numbers.size()) {
      reader.read(std::min(left, kStep), values);
      if (reader.nulls() > 0 && nulls == Nulls::kRefused) {
        throw Error(text("column ", printable(column.root), " holds nulls"));
      }
      for (const double value : values.numbers) out.push_back(convert(value));
    }
    reader.finish();
  }
  return out;
}

std::uint8_t to_label(double value) {
  if (!(value >= 0 && value <= 255) || value != std::floor(value)) {
    throw Error(text("column label holds ", value, " (0 and 1 are expected)"));
  }
  return static_cast<std::uint8_t>(value);
}

}  // namespace

Scores read_scores(const std::filesystem::path& path, const std::string& weight_column) {
  if (std::filesystem::is_directory(path)) throw Error(text(path, ": is a folder, not a Parquet file of scores"));
  const InputFile file(path);
  try {
    ParquetFooter footer(file);
    const std::vector<LeafColumn>& columns = footer.columns();
    const Places places = find_columns(columns, weight_column);
    const std::vector<RowGroup> groups = row_groups(footer, places.all());
    const auto same = [](double value) { return value; };
    Scores scores;
    std::size_t index = 0;
    const auto next = [&]<class Value>(std::vector<Value>& out, int place, auto convert,
                                       Nulls nulls = Nulls::kRefused) {
      out = read_column<Value>(file, columns[static_cast<std::size_t>(place)], groups, index++, nulls, convert);
    };
    next(scores.score, places.score, same);
    next(scores.label, places.label, to_label);
    if (places.weight) {
      scores.weight_column = columns[static_cast<std::size_t>(*places.weight)].root;
      next(scores.weight, *places.weight, [](double value) { return static_cast<float>(value); });
    } else {
      scores.weight.assign(scores.size(), 1);
    }
    if (places.trained_on) {
      next(scores.trained_on, *places.trained_on, [](double value) { return static_cast<std::uint8_t>(value != 0); });
    }
    for (const int place : places.observers) {
      scores.observer_names.push_back(columns[static_cast<std::size_t>(place)].root);
      next(scores.observers.emplace_back(), place, same, Nulls::kAreNan);
    }
    return scores;
  } catch (const Error& error) {
    const std::string what = error.what();
    if (what.starts_with(path.string())) throw;
    throw Error(text(path, ": ", what));
  }
}

}  // namespace jetvit

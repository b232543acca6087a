#include "raw/raw_schema.h"

#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "jet/jet_reader.h"
#include "raw/image_lists.h"
#include "raw/tensor_type.h"

namespace jetvit {
namespace {

constexpr std::size_t kListsWindow = 64 << 10;

std::string column_names(const std::vector<LeafColumn>& columns) {
  std::vector<std::string> names;
  for (const LeafColumn& column : columns) {
    if (!contains(names, column.root)) names.push_back(printable(column.root));
  }
  return join(names, ", ");
}

// Why a column is no observer; empty if it is one.
std::string reason_to_ignore(const LeafColumn& column) {
  if (column.max_repetition > 0) return "lists";
  if (column.path != column.root) return "a struct";
  if (!column.is_number()) return column.content;
  try {
    Json(column.root).dump();  // throws if the name is not UTF-8
  } catch (const Json::exception&) {
    return "its name is not UTF-8";
  }
  return "";
}

constexpr std::size_t kVoters = 17;          // complete images whose most frequent shape is that of the file
constexpr std::uint64_t kVotingRows = 4096;  // rows to search for them, once there is one

// The most frequent shape; the first one if several are equally frequent.
ImageShape most_frequent(const std::vector<ImageShape>& shapes, std::size_t& votes) {
  ImageShape winner;
  votes = 0;
  for (const ImageShape& shape : shapes) {
    const auto count = static_cast<std::size_t>(std::count(shapes.begin(), shapes.end(), shape));
    if (count <= votes) continue;
    winner = shape;
    votes = count;
  }
  return winner;
}

// The most frequent list lengths of the first complete images, so that one odd row does not decide for the file. All 0
// if there is no complete image.
ImageShape common_list_lengths(const InputFile& file, ParquetFooter& footer, int image, std::uint64_t& rows) {
  const LeafColumn& column = footer.columns()[static_cast<std::size_t>(image)];
  std::vector<ImageShape> shapes;
  std::size_t votes = 0;
  rows = 0;
  RowGroup group;
  while (votes <= kVoters / 2 && shapes.size() < kVoters && (shapes.empty() || rows < kVotingRows) &&
         footer.next({image}, group)) {
    if (group.rows == 0) continue;  // pyarrow's offsets of empty chunks are invalid
    rows += group.rows;
    const ColumnChunk& chunk = group.chunks[0];
    try {
      const std::vector<ImageShape> found =
          image_list_lengths(ChunkBytes(file, chunk.offset, chunk.size, kListsWindow), column,
                             Decompressor(chunk.codec), kVoters - shapes.size());
      shapes.insert(shapes.end(), found.begin(), found.end());
    } catch (const Error& error) {
      throw Error(text(file.path(), ": column ", column.root, " is damaged (", error.what(), ")"));
    }
    most_frequent(shapes, votes);
  }
  return most_frequent(shapes, votes);
}

// What the lengths of the lists say.
StatedLayout stated_by_lists(const ImageShape& lists, bool is_flat, const ReadOptions& options) {
  StatedLayout stated;
  // The first rows can be odd ones: `shape` is right unless most of all rows have another one (require_shape).
  if (is_flat) {
    stated.values = options.shape.empty() ? lists.width : 0;
    stated.usual_order = "hwc";
    return stated;
  }
  stated.lengths = {lists.channels, lists.height, lists.width};
  if (!options.shape.empty() &&
      !std::is_permutation(stated.lengths.begin(), stated.lengths.end(), options.shape.begin(), options.shape.end())) {
    stated.lengths = options.shape;
    stated.order = options.layout == "hwc" ? "hwc" : "chw";
    if (stated.order == "hwc") std::rotate(stated.lengths.begin(), stated.lengths.begin() + 1, stated.lengths.end());
  }
  return stated;
}

// Whether the channel is no longer than the sides of the image.
bool is_plausible(const ImageShape& shape) {
  return shape.channels <= std::min(shape.height, shape.width);
}

// The first of two readings of the Arrow schema, unless only the second one agrees with the options or is plausible.
ChosenLayout choose_reading(const std::vector<StatedLayout>& readings, const ReadOptions& options,
                            const std::string& where) {
  if (readings.size() == 1) return choose_layout(readings[0], options, where);
  std::optional<ChosenLayout> second;
  try {
    second = choose_layout(readings[1], options, where);
  } catch (const Error&) {  // contradicts an option: only the first can be meant
    return choose_layout(readings[0], options, where);
  }
  ChosenLayout first;
  try {
    first = choose_layout(readings[0], options, where);
  } catch (const Error&) {
    return *second;
  }
  if (first.layout == second->layout) return first;
  const bool is_first = is_plausible(first.layout.shape) || !is_plausible(second->layout.shape);
  ChosenLayout& chosen = is_first ? first : *second;
  if (chosen.guess.empty() && is_plausible(second->layout.shape)) {
    chosen.guess = text("the permutation and the names of its axes are read as images of ", layout_text(chosen.layout),
                        " (a guess, as programs write them in two ways; settle it with `layout` or `shape`)");
  }
  return chosen;
}

// What the first rows hold where `shape` says something else; empty if they agree. Later rows decide which is right.
std::string other_shape(const ImageShape& lists, bool is_flat, const ReadOptions& options) {
  if (options.shape.empty()) return "";
  const std::vector<int> lengths = {lists.channels, lists.height, lists.width};
  const std::vector<int>& asked = options.shape;
  const std::int64_t values = std::int64_t{asked[0]} * asked[1] * asked[2];
  if (is_flat) {
    return values == lists.width ? ""
                                 : text("the first rows hold ", with_commas(lists.width), " values, but `shape` makes ",
                                        with_commas(values));
  }
  if (std::is_permutation(lengths.begin(), lengths.end(), asked.begin(), asked.end())) return "";
  return text("the first rows hold lists of ", lists.channels, " x ", lists.height, " x ", lists.width,
              ", but `shape` says ", asked[0], " x ", asked[1], " x ", asked[2]);
}

// Sets the layout, or the reason why it is unknown.
void find_layout(const InputFile& file, ParquetFooter& footer, const ReadOptions& options, RawSchema& schema) {
  check_shape_option(options.shape);
  const LeafColumn& column = footer.columns()[static_cast<std::size_t>(schema.image)];
  const bool is_flat = column.max_repetition == 1;
  std::uint64_t rows = 0;
  const ImageShape lists = common_list_lengths(file, footer, schema.image, rows);
  if (lists.channels == 0) {
    schema.without_image = text(file.path(), ": column ", column.root, " holds no complete image",
                                rows == 0 ? " (the file has no rows)" : " (all rows are null or have uneven lists)");
    return;
  }
  const std::string where = text(file.path(), ": column ", column.root);
  const std::vector<StatedLayout> tensor = is_flat ? stated_by_arrow(file, column.root) : std::vector<StatedLayout>();
  const ChosenLayout chosen = tensor.empty() ? choose_layout(stated_by_lists(lists, is_flat, options), options, where)
                                             : choose_reading(tensor, options, where);
  schema.layout = chosen.layout;
  if (!chosen.guess.empty()) schema.guess = text(where, ": ", chosen.guess);
  if (const std::string other = other_shape(lists, is_flat, options); !other.empty()) {
    schema.guess = text(where, ": ", other);
  }
}

// Sets the column of the weights. Returns whether `column` is that one.
bool take_weight(const InputFile& file, const LeafColumn& column, int leaf, const std::string& reason,
                 const ReadOptions& options, RawSchema& schema) {
  if (options.weight_column.empty() || column.root != options.weight_column) return false;
  const std::string name = printable(column.root);
  if (options.weight_column == options.label_column) {
    throw UsageError(text("`weight_column` and `label_column` both name the column ", name));
  }
  if (!reason.empty()) {
    throw Error(text(file.path(), ": weight column ", name, " holds ", reason, " (expected a plain number)"));
  }
  schema.weight = leaf;
  return true;
}

RawSchema schema_of(const InputFile& file, const ParquetFooter& footer, const ReadOptions& options) {
  const std::vector<LeafColumn>& columns = footer.columns();
  RawSchema schema;
  std::vector<std::string> ignored;
  for (std::size_t index = 0; index < columns.size(); ++index) {
    const LeafColumn& column = columns[index];
    const int leaf = static_cast<int>(index);
    std::string reason = reason_to_ignore(column);
    if (column.root == "X_jets" || column.root == "X_jet") {
      if (schema.image >= 0) {
        const bool is_struct = columns[static_cast<std::size_t>(schema.image)].root == column.root;
        throw Error(text(file.path(), is_struct
                                          ? ": column " + column.root + " is a struct (lists of numbers are expected)"
                                          : ": has more than one image column (X_jets or X_jet)"));
      }
      schema.image = leaf;
      continue;
    }
    if (take_weight(file, column, leaf, reason, options, schema)) continue;
    if (column.root == options.label_column) {
      if (reason.empty()) {
        schema.label = leaf;
        continue;
      }
      schema.unusable_label = text("label column ", printable(options.label_column), " holds ", reason,
                                   " (expected a plain number or boolean)");
    }
    const std::string name = observer_name(column.root);
    const bool is_taken = std::any_of(schema.observers.begin(), schema.observers.end(),
                                      [&](const ObserverColumn& other) { return other.name == name; });
    if (reason.empty() && is_taken) reason = text("another column is called ", name);
    if (reason.empty()) {
      schema.has_unused_weight = schema.has_unused_weight || column.root == "weight";
      schema.observers.push_back(
          {leaf, name, column.is_integer(), column.is_unsigned && column.type == PhysicalType::kInt64});
    } else if (!contains(ignored, column.root)) {
      ignored.push_back(column.root);
      schema.ignored.push_back(text(printable(column.root), " (", printable(reason), ")"));
    }
  }
  if (schema.image < 0) {
    throw Error(text(file.path(), ": has no column X_jets or X_jet (it has: ", column_names(columns), ")"));
  }
  if (!options.weight_column.empty() && schema.weight < 0) {
    throw Error(text(file.path(), ": has no column \"", printable(options.weight_column),
                     "\" (`weight_column`; it has: ", column_names(columns), ")"));
  }
  const LeafColumn& image = columns[static_cast<std::size_t>(schema.image)];
  if (!image.is_number()) {
    throw Error(text(file.path(), ": column ", image.root, " holds ", image.content, " (numbers are expected)"));
  }
  if (image.max_repetition != 1 && image.max_repetition != 3) {
    throw Error(text(file.path(), ": column ", image.root, " is nested ", image.max_repetition,
                     " lists deep (expected 3 for [channel][row][column], or 1 for flat images)"));
  }
  return schema;
}

}  // namespace

RawSchema recognize_columns(const std::filesystem::path& path, const ReadOptions& options) {
  const InputFile file(path);
  return schema_of(file, ParquetFooter(file), options);
}

RawSchema recognize(const std::filesystem::path& path, const ReadOptions& options) {
  const InputFile file(path);
  ParquetFooter footer(file);
  RawSchema schema = schema_of(file, footer, options);
  find_layout(file, footer, options, schema);
  return schema;
}

std::vector<int> wanted_columns(const RawSchema& schema) {
  std::vector<int> columns = {schema.image};
  if (schema.label >= 0) columns.push_back(schema.label);
  if (schema.weight >= 0) columns.push_back(schema.weight);
  for (const ObserverColumn& observer : schema.observers) columns.push_back(observer.leaf);
  return columns;
}

}  // namespace jetvit

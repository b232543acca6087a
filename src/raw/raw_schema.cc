#include "raw/raw_schema.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "base/file.h"
#include "base/options.h"
#include "base/text.h"
#include "jet/jet_reader.h"

namespace jetvit {
namespace {

constexpr std::size_t kListsWindow = 64 << 10;

std::string column_names(const std::vector<LeafColumn>& columns) {
  std::vector<std::string> names;
  for (const LeafColumn& column : columns) {
    if (std::find(names.begin(), names.end(), column.root) == names.end()) names.push_back(printable(column.root));
  }
  return join(names, ", ");
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A flat column of numbers whose name can be shown.
bool is_observer(const LeafColumn& column) {
  try {
    Json(column.root).dump();  // throws if the name is not UTF-8
  } catch (const Json::exception&) {
    return false;
  }
  return column.max_repetition == 0 && column.path == column.root && column.type != PhysicalType::kOther;
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

// Sets the layout, or the reason why it is unknown.
void find_layout(const InputFile& file, ParquetFooter& footer, const std::string& layout, const std::vector<int>& shape,
                 RawSchema& schema) {
  const LeafColumn& column = footer.columns()[static_cast<std::size_t>(schema.image)];
  if (!shape.empty()) {
    if (shape.size() != 3 || *std::min_element(shape.begin(), shape.end()) < 1) {
      throw UsageError("`shape` needs three positive numbers: channels height width");
    }
    // `layout` is the order of flat lists; nested ones are in the order of their nesting.
    schema.layout = {{shape[0], shape[1], shape[2]}, column.max_repetition == 1 && layout != "chw"};
    return;
  }
  std::uint64_t rows = 0;
  const ImageShape lists = common_list_lengths(file, footer, schema.image, rows);
  if (lists.channels == 0) {
    schema.without_image = text(file.path(), ": column ", column.root, " holds no complete image",
                                rows == 0 ? " (the file has no rows)" : " (all rows are null or have uneven lists)");
    return;
  }
  if (column.max_repetition == 3) {
    schema.layout = {lists, false};
    return;
  }
  // A flat list holds a square image with 8 (boosted top), 3 or 1 channels.
  for (const int channels : {8, 3, 1}) {
    const int side = static_cast<int>(std::lround(std::sqrt(lists.width / channels)));
    if (side * side * channels != lists.width) continue;
    schema.layout = {{channels, side, side}, layout != "chw"};
    return;
  }
  throw Error(text(file.path(), ": column ", column.root, " holds lists of ", lists.width,
                   " numbers, which fit no square image of 8, 3 or 1 channels (set `shape`)"));
}

void check_shape(const std::filesystem::path& path, const ImageShape& shape) {
  constexpr std::int64_t kValueLimit = 1 << 24;
  constexpr std::int64_t kPixelLimit = 65536;
  // Checked in this order, because the product of three large numbers can overflow 64 bits.
  if (shape.pixels() > kPixelLimit || shape.values() > kValueLimit) {
    throw Error(text(path, ": images of ", shape.channels, " x ", shape.height, " x ", shape.width,
                     " are too large (limit ", kPixelLimit, " pixels per channel, ", kValueLimit, " values in total)"));
  }
}

}  // namespace

RawSchema recognize(const std::filesystem::path& path, const std::string& label_column, const std::string& layout,
                    const std::vector<int>& shape) {
  const InputFile file(path);
  ParquetFooter footer(file);
  const std::vector<LeafColumn>& columns = footer.columns();
  RawSchema schema;
  for (std::size_t index = 0; index < columns.size(); ++index) {
    const LeafColumn& column = columns[index];
    const int leaf = static_cast<int>(index);
    if (column.root == "X_jets" || column.root == "X_jet") {
      if (schema.image >= 0) throw Error(text(path, ": has more than one image column (X_jets or X_jet)"));
      schema.image = leaf;
    } else if (column.root == label_column) {
      schema.label = leaf;
    } else if (is_observer(column) && !contains(schema.observer_names, observer_name(column.root))) {
      schema.observers.push_back(leaf);
      schema.observer_names.push_back(observer_name(column.root));
    } else if (!contains(schema.ignored, printable(column.root))) {
      schema.ignored.push_back(printable(column.root));
    }
  }
  if (schema.image < 0) {
    throw Error(text(path, ": has no column X_jets or X_jet (it has: ", column_names(columns), ")"));
  }
  const LeafColumn& image = columns[static_cast<std::size_t>(schema.image)];
  if (image.type != PhysicalType::kFloat && image.type != PhysicalType::kDouble) {
    throw Error(text(path, ": column ", image.root, " does not hold floating-point numbers"));
  }
  if (image.max_repetition != 1 && image.max_repetition != 3) {
    throw Error(text(path, ": column ", image.root, " is nested ", image.max_repetition,
                     " lists deep (expected 3 for [channel][row][column], or 1 for flat images)"));
  }
  if (schema.label >= 0) {
    const LeafColumn& label = columns[static_cast<std::size_t>(schema.label)];
    if (label.max_repetition != 0 || label.type == PhysicalType::kOther) {
      throw Error(text(path, ": label column ", label.root, " is not a plain number or boolean"));
    }
  }
  find_layout(file, footer, layout, shape, schema);
  check_shape(path, schema.layout.shape);
  return schema;
}

std::vector<int> wanted_columns(const RawSchema& schema) {
  std::vector<int> columns = {schema.image};
  if (schema.label >= 0) columns.push_back(schema.label);
  columns.insert(columns.end(), schema.observers.begin(), schema.observers.end());
  return columns;
}

}  // namespace jetvit

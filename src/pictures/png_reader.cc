#include "pictures/png_reader.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/file_kind.h"
#include "base/ordered_for.h"
#include "base/text.h"
#include "jet/image_layout.h"
#include "jet/split.h"
#include "pictures/picture_decoder.h"
#include "pictures/preparation_file.h"
#include "pictures/sparse_builder.h"

namespace jetvit {
namespace {

constexpr std::size_t kTaskPictures = 64;
constexpr std::size_t kPicturesAhead = 8;  // tasks per thread
constexpr std::uint64_t kFileLimit = std::uint64_t{16} << 20;

bool is_png(const std::filesystem::directory_entry& entry) {
  return is_png_name(entry.path()) && !entry.is_directory();
}

// Pictures that ImageFolder would also read, by their names, and pictures that have no such name.
bool is_other_picture(const std::filesystem::path& path) {
  static const std::set<std::string> suffixes = {".jpg", ".jpeg", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"};
  if (suffixes.contains(lower_case(path.extension()))) return true;
  return std::filesystem::is_regular_file(path) && file_kind(InputFile(path)).ends_with(" picture");
}

std::vector<std::filesystem::path> pictures_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_png(entry)) names.push_back(entry.path());
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

bool holds_pictures(const std::filesystem::path& folder) {
  return std::any_of(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator(),
                     [](const auto& entry) { return is_png(entry); });
}

void read_picture(const std::filesystem::path& path, PictureDecoder& decoder, Picture& picture) {
  const std::string bytes = read_text_file(path, kFileLimit);
  const std::string kind = file_kind(bytes);
  if (!kind.empty() && kind != "a PNG picture") throw Error(text(path, ": is ", kind, ", not a PNG"));
  try {
    decoder.decode(bytes, picture);
    if (picture.colors != 3) throw Error("the PNG is gray (expected RGB: HCAL, ECAL and tracks)");
  } catch (const Error& error) {
    throw Error(text(path, ": ", error.what()));
  }
}

ImageShape shape_of(const Picture& picture) {
  return {3, picture.width, picture.height};  // transposed
}

// What a thread reuses from picture to picture.
struct PngTools {
  PictureDecoder decoder;
  Picture picture;
  SparseBuilder builder;
};

std::uint64_t row_of(const std::filesystem::path& path, std::uint64_t position) {
  const std::string stem = path.stem();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(stem.data(), stem.data() + stem.size(), number);
  return error == std::errc() && end == stem.data() + stem.size() ? number : position;
}

// The identity that preparation wrote into the picture; unknown in other pictures, whose own pixels then identify them.
JetIdentity identity_in(const Picture& picture, const std::filesystem::path& path) {
  const std::string* words = picture.find_text(kIdentityKeyword);
  if (words == nullptr) return {};
  const std::optional<JetIdentity> identity = identity_from_text(*words);
  if (!identity) throw Error(text(path, ": its ", kIdentityKeyword, " is not 32 hexadecimal digits"));
  return *identity;
}

double event_in(const Picture& picture, const std::filesystem::path& path) {
  const std::string* words = picture.find_text(kEventKeyword);
  if (words == nullptr || *words == "null") return std::numeric_limits<double>::quiet_NaN();
  double event = 0;
  const auto [end, error] = std::from_chars(words->data(), words->data() + words->size(), event);
  if (error != std::errc() || end != words->data() + words->size()) {
    throw Error(text(path, ": its ", kEventKeyword, " is not a number"));
  }
  return event;
}

// Whether pictures state the event numbers of their jets, according to the first one of each folder.
bool has_event(const std::vector<std::filesystem::path>& folders, PngTools& tools) {
  return std::any_of(folders.begin(), folders.end(), [&](const std::filesystem::path& folder) {
    if (!holds_pictures(folder)) return false;
    read_picture(pictures_in(folder).front(), tools.decoder, tools.picture);
    return tools.picture.find_text(kEventKeyword) != nullptr;
  });
}

// Whether the class folders are named by their labels.
bool are_numbered(const std::set<std::string>& classes) {
  return std::all_of(classes.begin(), classes.end(),
                     [](const std::string& name) { return name == "0" || name == "1"; });
}

// The names of two class folders are those of the classes, in alphabetical order or in that of the options. Folders 0
// and 1 have the names in preparation.json or in the options. Throws UsageError if the options name other folders.
ClassNames names_of_folders(const std::set<std::string>& classes, const std::filesystem::path& root,
                            const ReadOptions& options) {
  if (are_numbered(classes)) {
    const std::optional<PreparationFile> stated = read_preparation(root);
    return stated && stated->class_names && options.class_names.empty() ? *stated->class_names
                                                                        : class_names_of(options, 3);
  }
  ClassNames found = {*classes.begin(), *classes.rbegin()};
  if (options.class_names.empty()) return found;
  ClassNames chosen = parse_class_names(options.class_names);
  if (chosen == found || chosen == ClassNames{found[1], found[0]}) return chosen;
  throw UsageError(text("`class_names` ", printable(chosen[0]), " ", printable(chosen[1]), ": the class folders of ",
                        root, " are named ", printable(found[0]), " and ", printable(found[1])));
}

// Labels of class folders. A single class must be named 0 or 1.
std::vector<std::uint8_t> labels_of(const std::vector<std::filesystem::path>& folders, const ReadOptions& options,
                                    ClassNames& names) {
  std::set<std::string> classes;
  for (const auto& folder : folders) classes.insert(folder.filename());
  const bool is_numbered = are_numbered(classes);
  if (classes.size() != 2 && !(classes.size() == 1 && is_numbered)) {
    throw Error(text(folders.front().parent_path(), ": has the class folders ",
                     join(std::vector<std::string>(classes.begin(), classes.end()), ", "),
                     " (jets have two classes: name a folder with two class folders, such as 0 and 1)"));
  }
  names = names_of_folders(classes, folders.front().parent_path(), options);
  std::vector<std::uint8_t> labels;
  for (const auto& folder : folders) {
    labels.push_back(folder.filename() == (is_numbered ? "1" : names[1]) ? 1 : 0);
  }
  return labels;
}

// The problem with pictures in a class folder that would be silently skipped; empty if there are none.
std::string unread_pictures(const std::filesystem::path& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (is_hidden(entry.path()) || is_png(entry)) continue;
    if (entry.is_directory() ? holds_pictures(entry.path()) : is_other_picture(entry.path())) {
      return text(entry.path(),
                  entry.is_directory()
                      ? ": holds pictures one folder too deep (move them into the folder of their class)"
                      : ": is a picture but not named as a PNG (remove it, convert it losslessly, or name "
                        "it .png if it is one)");
    }
  }
  return "";
}

}  // namespace

bool is_png_name(const std::filesystem::path& path) {
  return lower_case(path.extension()) == ".png" && !is_hidden(path);
}

std::vector<std::filesystem::path> class_folders(const std::filesystem::path& root,
                                                 const std::set<std::filesystem::path>& excluded) {
  std::vector<std::filesystem::path> folders;
  std::vector<std::filesystem::path> candidates;
  for (const auto& entry : std::filesystem::directory_iterator(root)) {
    if (!entry.is_directory() || is_hidden(entry.path()) || excluded.contains(entry.path())) continue;
    candidates.push_back(entry.path());
    if (holds_pictures(entry.path())) folders.push_back(entry.path());
  }
  if (folders.empty()) return folders;
  for (const std::filesystem::path& folder : candidates) {
    if (const std::string unread = unread_pictures(folder); !unread.empty()) throw Error(unread);
  }
  std::sort(folders.begin(), folders.end(), natural_less);
  return folders;
}

std::uint64_t count_pictures(const std::filesystem::path& folder) {
  const auto entries = std::filesystem::directory_iterator(folder);
  return static_cast<std::uint64_t>(
      std::count_if(begin(entries), end(entries), [](const auto& entry) { return is_png(entry); }));
}

PngReader::PngReader(std::vector<std::filesystem::path> folders, const ReadOptions& options)
    : JetReader(std::move(folders)),
      label_(labels_of(files_, options, class_names_)),
      threads_(std::max(1, options.threads)) {
  kind_ = "PNG class folders";
  const auto first = std::find_if(files_.begin(), files_.end(), holds_pictures);
  if (first == files_.end()) throw Error(text(files_.front(), ": the folder holds no .png files"));
  PngTools tools;
  read_picture(pictures_in(*first).front(), tools.decoder, tools.picture);
  shape_ = shape_of(tools.picture);
  require_stated_shape(options, shape_, "PNG class folders");
  for (const auto& folder : files_) channels_of_.push_back(picture_channels(folder.parent_path(), 3));
  channels_ = channels_of_.front();
  if (has_event(files_, tools)) observer_names_ = {std::string(kEventObserver)};
}

void PngReader::read_file(std::size_t folder, const IsOwn& is_own, const Work& work, const ChunkSink& sink) const {
  const std::vector<std::filesystem::path> names = pictures_in(files_[folder]);
  std::size_t started = 0;
  const auto next = [&]() -> std::optional<std::size_t> {
    while (started < names.size()) {
      const std::size_t begin = std::exchange(started, started + kTaskPictures);
      if (is_own()) return begin;
    }
    return std::nullopt;
  };
  std::vector<PngTools> tools(static_cast<std::size_t>(threads_));
  const auto make = [&](std::size_t begin, int thread) {
    auto& [decoder, picture, builder] = tools[static_cast<std::size_t>(thread)];
    Chunk chunk;
    JetRecords& jets = chunk.jets;
    jets.images.shape = shape_;
    jets.observer_names = observer_names_;
    jets.observers.resize(observer_names_.size());
    for (std::size_t position = begin; position < std::min(names.size(), begin + kTaskPictures); ++position) {
      read_picture(names[position], decoder, picture);
      if (shape_of(picture) != shape_) {
        throw Error(text(names[position], ": has ", picture.width, " x ", picture.height, " pixels, others have ",
                         shape_.height, " x ", shape_.width));
      }
      builder.append_rgb(picture, channels_of_[folder], jets.images);
      jets.label.push_back(label_[folder]);
      jets.weight.push_back(1);
      jets.source_file.push_back(static_cast<std::uint32_t>(folder));
      jets.source_row.push_back(row_of(names[position], position));
      jets.identity.push_back(identity_in(picture, names[position]));
      if (!observer_names_.empty()) jets.observers[0].push_back(event_in(picture, names[position]));
    }
    work(jets, thread);
    return chunk;
  };
  ordered_for(threads_, kPicturesAhead * static_cast<std::size_t>(threads_), next, make, [&](Chunk&& chunk) {
    sink(std::move(chunk));
    return true;
  });
}

}  // namespace jetvit

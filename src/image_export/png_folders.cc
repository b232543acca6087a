#include <array>
#include <atomic>
#include <charconv>

#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "image_export/jet_encoder.h"
#include "image_export/jet_sink.h"
#include "store/contents.h"

namespace jetvit {
namespace {

constexpr std::array<const char*, 2> kLabels = {"0", "1"};

class PngFolders : public JetSink {
 public:
  PngFolders(OutputFolder& output, const ImageShape& shape, double threshold, int threads)
      : output_(output), threshold_(threshold) {
    for (const char* label : kLabels) output.add_folder(label);
    for (int thread = 0; thread < threads; ++thread) encoders_.emplace_back(shape);
  }

  void write(const JetRecords& jets, std::span<const ChannelScale> scales) override {
    const std::vector<std::uint64_t> numbers = number(jets);
    parallel_for(jets.size(), static_cast<int>(encoders_.size()), [&](std::size_t jet, int thread) {
      const std::string png = encoders_[static_cast<std::size_t>(thread)].encode(jets, jet, scales, threshold_);
      output_.add_file(text(jets.label[jet], "/", name_of(numbers[jet])), png);
      bytes_ += png.size();
    });
  }

  std::size_t files_together() const override { return 0; }

  Json save(std::size_t /*next*/) override {
    output_.sync();
    return {{"counts", counts()}, {"bytes", bytes_.load()}};
  }

  std::set<std::string> restore(const Json& saved) override {
    restore_counts(saved.at("counts"));
    std::uint64_t bytes = 0;
    for (std::size_t label = 0; label < kLabels.size(); ++label) {
      bytes += restore_folder(output_.temporary_path() / kLabels[label], counts()[label]);
    }
    bytes_ = unsigned_from_json(saved, "bytes");
    if (bytes != bytes_) throw Error(text("its pictures hold ", bytes, " bytes, expected ", bytes_.load()));
    return {kLabels.begin(), kLabels.end()};
  }

  Json close() override { return nullptr; }

 private:
  static std::string name_of(std::uint64_t number) { return text(number, ".png"); }

  // Removes all files except the pictures 0 ... count - 1, which must exist. Returns their size in bytes.
  static std::uint64_t restore_folder(const std::filesystem::path& folder, std::uint64_t count) {
    std::uint64_t found = 0;
    std::uint64_t bytes = 0;
    std::vector<std::filesystem::path> later;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename();
      std::uint64_t number = 0;
      std::from_chars(name.data(), name.data() + name.size(), number);
      if (name != name_of(number) || number >= count) {
        later.push_back(entry.path());
      } else {
        ++found;
        bytes += entry.file_size();
      }
    }
    if (found != count) throw Error(text("it holds ", found, " pictures in ", folder, ", expected ", count));
    for (const std::filesystem::path& path : later) std::filesystem::remove(path);
    return bytes;
  }

  OutputFolder& output_;
  double threshold_;
  std::vector<RgbPicture> encoders_;      // one per thread
  std::atomic<std::uint64_t> bytes_ = 0;  // of all pictures
};

}  // namespace

std::vector<std::uint64_t> JetSink::number(const JetRecords& jets) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(jets.size());
  for (const std::uint8_t label : jets.label) numbers.push_back(counts_[label]++);
  return numbers;
}

void JetSink::restore_counts(const Json& saved) {
  for (std::size_t label = 0; label < counts_.size(); ++label) counts_[label] = saved.at(label).get<std::uint64_t>();
}

std::unique_ptr<JetSink> make_png_folders(OutputFolder& output, const ImageShape& shape, double threshold,
                                          int threads) {
  return std::make_unique<PngFolders>(output, shape, threshold, threads);
}

}  // namespace jetvit

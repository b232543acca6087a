#include "base/error.h"
#include "base/parallel_for.h"
#include "base/text.h"
#include "published/jet_encoder.h"
#include "published/jet_sink.h"

namespace jetvit {
namespace {

class PngFolders : public JetSink {
 public:
  PngFolders(OutputFolder& output, const ImageShape& shape, double threshold, int threads)
      : output_(output), threshold_(threshold) {
    for (const std::string_view label : {"0", "1"}) output.add_folder(label);
    for (int thread = 0; thread < threads; ++thread) encoders_.emplace_back(shape);
  }

  void write(const JetRecords& jets, std::span<const ChannelScale> scales) override {
    const std::vector<std::uint64_t> numbers = number(jets);
    parallel_for(jets.size(), static_cast<int>(encoders_.size()), [&](std::size_t jet, int thread) {
      const std::string png = encoders_[static_cast<std::size_t>(thread)].encode(jets.images, jet, scales, threshold_);
      output_.add_file(text(jets.label[jet], "/", numbers[jet], ".png"), png);
    });
  }

  Json close() override { return nullptr; }

 private:
  OutputFolder& output_;
  double threshold_;
  std::vector<RgbPicture> encoders_;  // one a thread
};

}  // namespace

std::vector<std::uint64_t> JetSink::number(const JetRecords& jets) {
  std::vector<std::uint64_t> numbers;
  numbers.reserve(jets.size());
  for (const std::uint8_t label : jets.label) numbers.push_back(counts_[label]++);
  return numbers;
}

std::unique_ptr<JetSink> make_png_folders(OutputFolder& output, const ImageShape& shape, double threshold,
                                          int threads) {
  return std::make_unique<PngFolders>(output, shape, threshold, threads);
}

}  // namespace jetvit

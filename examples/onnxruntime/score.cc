// Scores jets one at a time with an exported model and onnxruntime, without jetvit, as a program of an experiment
// would.
//
//   score MODEL.onnx PIXELS.bin     PIXELS.bin: float32 values of all jets, each channels x height x width
//
// Prints one line per jet: its logit and its probability. Build it with the headers and the library of onnxruntime:
//
//   g++ -std=c++17 score.cc -I/usr/include/onnxruntime -lonnxruntime -o score
#include <array>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <onnxruntime_cxx_api.h>

namespace {

// A model that is loaded once and called for each jet. Several threads may call it at the same time.
class Classifier {
 public:
  explicit Classifier(const std::string& path)
      : session_(environment_, path.c_str(), options()),
        shape_(session_.GetInputTypeInfo(0).GetTensorTypeAndShapeInfo().GetShape()) {
    shape_[0] = 1;  // the batch
  }

  // channels x height x width
  std::size_t values() const { return static_cast<std::size_t>(shape_[1] * shape_[2] * shape_[3]); }

  struct Score {
    float logit, probability;
  };

  // pixels: raw values of one jet, values() of them. They are not copied.
  Score score(std::vector<float>& pixels) {
    const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value input =
        Ort::Value::CreateTensor<float>(memory, pixels.data(), pixels.size(), shape_.data(), shape_.size());
    const std::array<const char*, 1> inputs = {"pixels"};
    const std::array<const char*, 2> outputs = {"logit", "probability"};
    const std::vector<Ort::Value> found =
        session_.Run(Ort::RunOptions(nullptr), inputs.data(), &input, 1, outputs.data(), outputs.size());
    return {*found[0].GetTensorData<float>(), *found[1].GetTensorData<float>()};
  }

 private:
  static Ort::SessionOptions options() {
    Ort::SessionOptions options;
    options.SetIntraOpNumThreads(1);  // an event loop has threads of its own
    return options;
  }

  Ort::Env environment_{ORT_LOGGING_LEVEL_WARNING, "score"};
  Ort::Session session_;
  std::vector<std::int64_t> shape_;
};

}  // namespace

int main(int count, char** arguments) try {
  if (count != 3) {
    std::fprintf(stderr, "usage: score MODEL.onnx PIXELS.bin\n");
    return 2;
  }
  Classifier classifier(arguments[1]);
  std::ifstream file(arguments[2], std::ios::binary);
  if (!file) throw std::runtime_error(std::string("cannot open ") + arguments[2]);
  std::vector<float> pixels(classifier.values());
  const auto bytes = static_cast<std::streamsize>(pixels.size() * sizeof(float));
  while (file.read(reinterpret_cast<char*>(pixels.data()), bytes)) {
    const Classifier::Score score = classifier.score(pixels);
    std::printf("%.6f %.6f\n", static_cast<double>(score.logit), static_cast<double>(score.probability));
  }
  if (file.gcount() != 0) throw std::runtime_error("the file ends within a jet");
} catch (const std::exception& error) {
  std::fprintf(stderr, "score: %s\n", error.what());
  return 1;
}

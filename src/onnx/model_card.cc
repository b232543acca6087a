#include "onnx/model_card.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/file.h"
#include "base/reporter.h"
#include "base/text.h"
#include "model/registry.h"
#include "onnx/model_file.h"
#include "run/evaluation_files.h"

namespace jetvit::onnx {
namespace {

constexpr std::string_view kTitle = "# jetvit model card: ";
constexpr std::uint64_t kLargestMetrics = std::uint64_t{1} << 26;  // bytes

// A name within a line of Markdown.
std::string code(const std::string& name) {
  std::string shown = printable(name);
  std::replace(shown.begin(), shown.end(), '`', '\'');
  return "`" + shown + "`";
}

std::string describe_channel(const Channel& channel) {
  const std::string unit = channel.unit.empty() ? "no unit" : printable(channel.unit);
  return text(code(channel.name), " (", unit, channel.is_signed ? ", signed)" : ")");
}

std::string describe_channels(const InputTransform& transform) {
  std::vector<std::string> words;
  for (const Channel& channel : transform.channels) words.push_back(describe_channel(channel));
  return join(words, ", ");
}

std::string use_of_onnx(const TrainedModel& trained) {
  const ImageShape& shape = *trained.shape;
  return text("ONNX, operator set ", kOpset, ", float32. The preparation of the images is part of the model.\n\n",
              "| value | shape | meaning |\n| --- | --- | --- |\n| input `", kPixels, "` | (batch, ", shape.channels,
              ", ", shape.height, ", ", shape.width,
              ") | raw pixel values, rows along eta, columns along phi |\n| output `", kLogit,
              "` | (batch, 1) | log odds of ", code(class_name(trained.class_names, 1)), " |\n| output `", kProbability,
              "` | (batch, 1) | its sigmoid, between 0 and 1 |\n\nA pixel that is NaN makes the outputs NaN.\n");
}

std::string use_of_weights(const TrainedModel& trained) {
  return text(
      "Weights in float32 as safetensors, with the names of timm where timm has this model. They expect images of ",
      trained.image.size, " x ", trained.image.size, " pixels and ", trained.transform.outputs(),
      " planes that are prepared as `jetvit.transform` and `jetvit.image` in the file's metadata say.\n");
}

std::string measured_on_test(const ExportCommand& command) {
  const std::filesystem::path metrics = evaluation_folder(command.model, "test") / kEvaluationMetrics;
  if (!std::filesystem::is_directory(command.model) || !std::filesystem::exists(metrics)) {
    return "The run was not evaluated on its test split before the export.\n";
  }
  try {
    const Json json = Json::parse(read_text_file(metrics, kLargestMetrics)).at("classifiers").at(0);
    std::string out = text("On ", with_commas(json.at("jets").get<std::uint64_t>()),
                           " jets of the test split: ROC-AUC ", fixed(json.at("auc").get<double>(), 4), " ± ",
                           fixed(json.at("auc_error").get<double>(), 4), " (DeLong).\n");
    out += "\n| signal efficiency | background rejection |\n| --- | --- |\n";
    for (const Json& point : json.at("working_points")) {
      const Json& rejection = point.at("rejection");
      out += text("| ", point.at("signal_efficiency").get<double>(), " | ",
                  rejection.is_null() ? "not measurable" : fixed(rejection.get<double>(), 1), " |\n");
    }
    return out;
  } catch (const std::exception& error) {  // of JSON, or of the file
    reporter().warn(
        text(metrics, ": cannot be read (", printable(error.what()), "); the model card has no test results"));
    return "The evaluation of the run could not be read.\n";
  }
}

std::string trained_on(const TrainedModel& trained) {
  const Provenance& origin = trained.provenance;
  return text("- Data: ", code(origin.data), ", fingerprint `", printable(origin.fingerprint),
              "`\n- Classes: ", code(class_name(trained.class_names, 0)), " (label 0) and ",
              code(class_name(trained.class_names, 1)), " (label 1)\n- Epochs: ", origin.epoch,
              ", optimizer steps: ", with_commas(static_cast<unsigned long long>(origin.step)),
              "\n- Validation ROC-AUC: ", fixed(origin.validation_auc, 4), " (epoch ", origin.best_epoch, ")\n");
}

}  // namespace

std::filesystem::path model_card_path(const std::filesystem::path& output) {
  std::filesystem::path card = output;
  return card += ".md";
}

bool is_model_card(const std::filesystem::path& path) {
  const InputFile file(path);
  if (file.size() < kTitle.size()) return false;
  std::string begin(kTitle.size(), '\0');
  file.read(0, std::as_writable_bytes(std::span(begin)));
  return begin == kTitle;
}

std::string model_card(const TrainedModel& trained, const ExportCommand& command,
                       const std::map<std::string, std::string>& metadata) {
  const bool is_graph = command.format == "onnx";
  return text(kTitle, printable(trained.model_name), "\n\nTells ", code(class_name(trained.class_names, 1)),
              " jets from ", code(class_name(trained.class_names, 0)), " jets in images of ",
              trained.transform.channels.size(), " channels: ", describe_channels(trained.transform),
              ".\n\nFile: ", code(command.output.filename().string()), "\n\n## Use\n",
              is_graph ? use_of_onnx(trained) : use_of_weights(trained), "\n## Training\n", trained_on(trained),
              "- Parameters: ", with_commas(static_cast<unsigned long long>(parameter_count(*trained.model))),
              "\n\n## Results\n", measured_on_test(command),
              "\n## Limits\nThe scores hold for jets of the kind that the model was trained on: the same detector or "
              "simulation, selection, range of pT and pile-up. On other jets, measure it before you use it. The scores "
              "are calibrated only as far as the training data are those of the application.\n",
              "\n## Reproduction\n- Trained with jetvit ", printable(trained.provenance.version),
              "\n- SHA-256 of the weights: `", metadata.at("jetvit.weights_sha256"), "`\n- Recipe:\n\n```json\n",
              json_text(trained.recipe, 2), "\n```\n");
}

}  // namespace jetvit::onnx

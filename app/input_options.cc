#include "app/input_options.h"

#include <CLI/CLI.hpp>

#include "base/error.h"
#include "base/text.h"

namespace jetvit {

void add_split_options(CLI::App& app, InputNames& names) {
  const auto add = [&](const char* option, Split split, const char* what) {
    app.add_option(option, names.of_split[static_cast<std::size_t>(split)], what);
  };
  add("--train", Split::kTrain, "files whose jets are all for training");
  add("--validation", Split::kValidation, "files whose jets are all for validation");
  add("--test", Split::kTest, "files whose jets are all for the test");
  app.add_option("--validation-share", names.shares.validation, "share of the other jets that is for validation")
      ->capture_default_str();
  app.add_option("--test-share", names.shares.test, "share of the other jets that is for the test")
      ->capture_default_str();
  add_allow_trained(app, names.allow_trained);
}

void add_allow_trained(CLI::App& app, bool& allow) {
  app.add_flag("--allow-trained", allow, "accept jets that are in two splits, or that the model was trained on");
}

void add_read_options(CLI::App& app, ReadOptions& options) {
  app.add_option("--label-column", options.label_column, "column of the label")->capture_default_str();
  app.add_option("--weight-column", options.weight_column,
                 "column or TFRecord feature with the weight of each jet (default: every jet counts once)");
  app.add_option_function<double>(
      "--positive-label",
      [&options](double value) {
        options.positive_label = value;
        options.any_label = true;
      },
      "value of the label that is the signal; all others are background (default: labels are 0 and 1)");
  app.add_option("--class-names", options.class_names,
                 "names of the labels 0 and 1, such as gluon quark; for class folders: which folder is which label "
                 "(default: what the input states, or gluon quark for 3 channels and qcd top for 8)")
      ->expected(2);
  app.add_option("--layout", options.layout, "order of the numbers of an image, if the file does not state it")
      ->check(CLI::IsMember({"auto", "chw", "hwc"}));
  app.add_option("--shape", options.shape, "channels height width, if the file does not state them")->expected(3);
}

void add_images_option(CLI::App& app, std::string& images) {
  app.add_option("--images", images,
                 "where the images of a store are: memory, disk, or auto: on disk if they would take more than half "
                 "of the memory, or if several processes share them")
      ->check(CLI::IsMember({"auto", "memory", "disk"}))
      ->capture_default_str();
}

void add_threads_option(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "threads; the default is the cores that this process may use")
      ->capture_default_str()
      ->check(CLI::Range(1, 1024));
}

void add_former_flag(CLI::App& app, const std::string& former, const std::string& current) {
  app.add_option_function<std::string>(
         former, [former, current](const std::string&) { throw UsageError(text(former, " is now called ", current)); })
      ->expected(0, 1)
      ->group("");  // hidden
}

}  // namespace jetvit

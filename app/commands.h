#pragma once

#include <array>
#include <string_view>

namespace CLI {
class App;
}

namespace jetvit {

// One function and one file (app/<name>.cc) per command: adds the subcommand with its options, help, examples and
// callback.
void add_bench(CLI::App& program);
void add_completion(CLI::App& program);
void add_demo(CLI::App& program);
void add_describe(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_export(CLI::App& program);
void add_forward(CLI::App& program);
void add_generate(CLI::App& program);
void add_help(CLI::App& program);
void add_inspect(CLI::App& program);
void add_man(CLI::App& program);
void add_models(CLI::App& program);
void add_predict(CLI::App& program);
void add_prepare(CLI::App& program);
void add_train(CLI::App& program);
void add_version(CLI::App& program);
void add_weights(CLI::App& program);

using AddCommand = void (*)(CLI::App&);

struct Command {
  std::string_view name;
  bool needs_learn;  // runs in jetvit-learn: it needs libtorch, or the definitions of all commands
  AddCommand add;    // null in the program that cannot run it
};

// All commands, in the order in which data flows, which is the order of --help. with_learn: in jetvit-learn. In jetvit
// the functions of the other commands are null: it is not linked with them.
template <bool with_learn>
consteval auto command_list() {
  const auto learn = [](std::string_view name, AddCommand add) { return Command{name, true, add}; };
  const auto data = [](std::string_view name, AddCommand add) { return Command{name, false, add}; };
  return std::array{
      learn("demo", with_learn ? &add_demo : nullptr),
      data("generate", &add_generate),
      data("inspect", &add_inspect),
      data("prepare", &add_prepare),
      learn("train", with_learn ? &add_train : nullptr),
      learn("evaluate", with_learn ? &add_evaluate : nullptr),
      learn("predict", with_learn ? &add_predict : nullptr),
      learn("export", with_learn ? &add_export : nullptr),
      learn("models", with_learn ? &add_models : nullptr),
      learn("describe", with_learn ? &add_describe : nullptr),
      learn("weights", with_learn ? &add_weights : nullptr),
      learn("forward", with_learn ? &add_forward : nullptr),
      learn("bench", with_learn ? &add_bench : nullptr),
      learn("completion", with_learn ? &add_completion : nullptr),
      learn("man", with_learn ? &add_man : nullptr),
      learn("help", with_learn ? &add_help : nullptr),
      learn("version", with_learn ? &add_version : nullptr),
  };
}

}  // namespace jetvit

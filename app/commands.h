#pragma once

namespace CLI {
class App;
}

// One function and one file (app/<name>.cc) per command: adds the subcommand with its options, help, examples and
// callback.
namespace jetvit {

__attribute__((weak)) void add_bench(CLI::App& program);
__attribute__((weak)) void add_demo(CLI::App& program);
__attribute__((weak)) void add_describe(CLI::App& program);
__attribute__((weak)) void add_evaluate(CLI::App& program);
__attribute__((weak)) void add_forward(CLI::App& program);
__attribute__((weak)) void add_generate(CLI::App& program);
__attribute__((weak)) void add_inspect(CLI::App& program);
__attribute__((weak)) void add_models(CLI::App& program);
__attribute__((weak)) void add_predict(CLI::App& program);
__attribute__((weak)) void add_prepare(CLI::App& program);
__attribute__((weak)) void add_train(CLI::App& program);

}  // namespace jetvit

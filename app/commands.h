#pragma once

namespace CLI {
class App;
}

// One function and one file (app/<name>.cc) per command: adds the subcommand with its options, help, examples and
// callback.
namespace jetvit {

void add_bench(CLI::App& program);
void add_demo(CLI::App& program);
void add_describe(CLI::App& program);
void add_evaluate(CLI::App& program);
void add_forward(CLI::App& program);
void add_generate(CLI::App& program);
void add_inspect(CLI::App& program);
void add_models(CLI::App& program);
void add_predict(CLI::App& program);
void add_prepare(CLI::App& program);
void add_train(CLI::App& program);
void add_weights(CLI::App& program);

}  // namespace jetvit

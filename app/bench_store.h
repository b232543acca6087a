#pragma once

namespace CLI {
class App;
}

namespace jetvit {

void add_bench_store(CLI::App& bench);

}  // namespace jetvit

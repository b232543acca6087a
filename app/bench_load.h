#pragma once

namespace CLI {
class App;
}

namespace jetvit {

void add_bench_load(CLI::App& bench);  // jetvit bench load

}  // namespace jetvit

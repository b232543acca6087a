#pragma once

namespace CLI {
class App;
}

namespace jetvit {

void add_bench_ops(CLI::App& bench);  // jetvit bench ops

}  // namespace jetvit

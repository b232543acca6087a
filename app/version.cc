#include <iostream>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "base/text.h"
#include "run/run_record.h"

namespace jetvit {

void add_version(CLI::App& program) {
  CLI::App* command = program.add_subcommand("version", "Shows the version, the commit and the libtorch of this build");
  command->footer("Example:\n  jetvit version\n");
  command->callback([] {
    const Json build = build_record();
    const auto word = [&build](const char* key) { return build.at(key).get<std::string>(); };
    std::cout << text("jetvit    ", word("version"), "\ncommit    ", word("commit"), "\nlibtorch  ", word("libtorch"),
                      "\ncompiler  ", word("compiler"), "\n");
  });
}

}  // namespace jetvit

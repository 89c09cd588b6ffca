// Reads lines "PROJECT<TAB>FILE NAME" and writes "1" or "0" for each: whether the file may be of the project.
// For tests/e2e/file_names_test.py, which compares it with what installers say.
#include <iostream>
#include <string>

#include "core/packaging/dist_filename.h"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const std::size_t tab = line.find('\t');
    const auto project = tomme::ProjectName::parse(line.substr(0, tab));
    if (tab == std::string::npos || !project) {
      std::cerr << "not a project's name and a file's: " << line << "\n";
      return 2;
    }
    std::cout << (tomme::may_be_of(*project, line.substr(tab + 1)) ? "1\n" : "0\n");
  }
  return std::cout.flush() ? 0 : 3;
}

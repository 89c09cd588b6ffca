#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "core/base/result.h"

/// Terminal manners, the whole of them:
///   * results go to standard output, everything else to standard error;
///   * sentences start in lower case and end without a full stop;
///   * an error is one line "error: <sentence> [<code>]", followed by "hint: …" where there is one;
///   * where an installer writes to the same terminal (tomme run), each line begins with "tomme: ";
///   * words from outside are printed with their control characters made visible;
///   * colour only on a terminal, never with NO_COLOR set or TERM=dumb;
///   * a reader that goes away (a closed pipe) ends the program quietly.
namespace tomme::cli {

void print(std::string_view text);  ///< standard output
void tell(std::string_view text);   ///< standard error; whole lines
void print_error(const Error& error);
void print_warning(std::string_view sentence);
void print_hint(std::string_view sentence);

/// From now on each line on standard error begins with "tomme: ".
void begin_lines_with_our_name();

/// Whether standard error takes colours.
bool use_colour();

/// Columns for a line on standard error, without what each begins with; 0 where that is no terminal.
std::size_t terminal_width();

/// Whether standard output took everything; said once at the end (a full disk must not look like success).
Result<void> flush_output();

/// Where the program was started without standard streams, the files it opens must not take their place.
void occupy_standard_streams();

}  // namespace tomme::cli

#pragma once

#include <string_view>

// pipenv pastes what a Pipfile or a lock says of a package into the lines of a requirements file, as it is: a
// text of another form than its kind's could be a second requirement there, an option or a line of its own.
namespace tomme::guard {

/// "*", "1.0", "==1.0", ">=1,<2 , !=1.5".
bool is_plain_version(std::string_view text);
/// "sha256:" and digits of small letters.
bool is_plain_hash(std::string_view text);
/// The words, texts and operators of a PEP 508 marker, or of a part of one ("== 'win32'"). What they say
/// together does not matter: no sequence of them is anything else.
bool is_plain_marker(std::string_view text);

}  // namespace tomme::guard

// SPDX-License-Identifier: BSL-1.0
#pragma once

// A scenario, as scenario.py writes it: bodies, each a list of steps. README.md explains the steps.

#include <algorithm>
#include <cstddef>
#include <istream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace differential {

struct step {
    bool tried = false; // an error of this step does not end the body
    std::string op;
    std::vector<std::string> words;

    const std::string& word(std::size_t i) const {
        if (i >= words.size())
            throw std::runtime_error("'" + op + "' needs more words");
        return words[i];
    }
};

struct body {
    std::string name;
    std::vector<step> steps;
};

struct scenario {
    std::string name;
    bool lazy = false; // start by a post of the executor's, not by one of the body's
    std::vector<body> bodies;

    /// The number of bodies when there is none of that name.
    std::size_t find(const std::string& name_of_body) const {
        const auto at = std::find_if(bodies.begin(), bodies.end(),
                                     [&](const body& b) { return b.name == name_of_body; });
        return static_cast<std::size_t>(at - bodies.begin());
    }
};

inline step parse_step(std::istringstream& line, std::string first) {
    step s;
    s.tried = first == "try";
    if (s.tried)
        line >> first;
    s.op = std::move(first);
    for (std::string word; line >> word;)
        s.words.push_back(word);
    return s;
}

/// The next scenario of a stream; false at its end.
inline bool read(std::istream& in, scenario& s) {
    s = scenario();
    for (std::string text; std::getline(in, text);) {
        std::istringstream line(text);
        std::string first;
        if (!(line >> first) || first[0] == '#')
            continue;
        if (first == "end")
            return true;
        if (first == "scenario") {
            line >> s.name;
            for (std::string flag; line >> flag;) {
                s.lazy = s.lazy || flag == "lazy";
            }
        } else if (first == "body") {
            s.bodies.emplace_back();
            line >> s.bodies.back().name;
        } else {
            s.bodies.back().steps.push_back(parse_step(line, std::move(first)));
        }
    }
    return false;
}

} // namespace differential

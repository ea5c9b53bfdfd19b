# Of a .trx: each failed test by name, and the first lines of what it said.
/<UnitTestResult / { failed = /outcome="Failed"/; if (failed) { name = $0; sub(/.* testName="/, "", name); sub(/" .*/, "", name); print plain("FAILED " name) } }
/<\/UnitTestResult>/ { failed = said = 0 }
failed && /<Message>/ { said = 1; lines = 0 }
failed && said && lines < 40 { line = $0; gsub(/^ *<Message>|<\/Message>.*/, "", line); if (line ~ /[^ ]/) { print "    " plain(substr(line, 1, 300)); lines++ } }
/<\/Message>/ { said = 0 }
failed && /\.cs:line / && !placed[name]++ { sub(/^ *(<StackTrace>)? */, ""); print "    " plain(substr($0, 1, 300)) }

function plain(text) { gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&#x[DA];/, "", text); gsub(/&amp;/, "\\&", text); return text }

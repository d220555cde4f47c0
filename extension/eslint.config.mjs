/** Rules for the extension's TypeScript: strict types, small functions, and a comment for each export. */
import jsdoc from "eslint-plugin-jsdoc";
import tsdoc from "eslint-plugin-tsdoc";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["**/*.mjs", "dist/", "node_modules/", "shared/openapi.ts"] },
  ...tseslint.configs.strictTypeChecked,
  { languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["task/src/**/*.ts", "shared/**/*.ts", "pages/**/*.{ts,tsx}"],
    ignores: ["pages/**/tests/**"],
    plugins: { jsdoc, tsdoc },
    rules: {
      complexity: ["error", 10],
      "jsdoc/require-file-overview": ["error", { tags: { packageDocumentation: { mustExist: true } } }],
      "jsdoc/require-jsdoc": ["error", { publicOnly: true, contexts: ["TSInterfaceDeclaration"] }],
      "max-lines": ["error", 250],
      "max-lines-per-function": ["error", 40],
      "tsdoc/syntax": "error",
    },
  },
  { files: ["task/tests/**/*.ts", "pages/**/tests/**/*.{ts,tsx}"], rules: { "@typescript-eslint/no-non-null-assertion": "off" } },
);

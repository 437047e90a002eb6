/** Starts the client. */
import "@fontsource-variable/inter/index.css";
import "@fontsource-variable/bricolage-grotesque/index.css";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { reloadWhenOutdated } from "./app/newVersion";

reloadWhenOutdated();

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(<App />);

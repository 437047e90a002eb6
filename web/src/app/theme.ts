/** Colours, type and the shape of controls, for both colour schemes. */
import { createTheme } from "@mui/material/styles";

const DISPLAY = '"Bricolage Grotesque Variable", "Inter Variable", system-ui, sans-serif';
const TEXT = '"Inter Variable", system-ui, -apple-system, "Segoe UI", sans-serif';

export const theme = createTheme({
  cssVariables: { colorSchemeSelector: "data-theme" },
  colorSchemes: {
    light: {
      palette: {
        primary: { main: "#0f6b5f", light: "#3a8f83", dark: "#0a4d44", contrastText: "#ffffff" },
        secondary: { main: "#b9411f", light: "#e8734f", dark: "#8c2d12", contrastText: "#ffffff" },
        error: { main: "#b3261e" },
        success: { main: "#1f7a3d" },
        info: { main: "#24504a", contrastText: "#ffffff" },
        warning: { main: "#8a5a00" },
        background: { default: "#faf8f4", paper: "#ffffff" },
        text: { primary: "#15211f", secondary: "#53615d" },
        divider: "rgba(21, 33, 31, 0.12)",
      },
    },
    dark: {
      palette: {
        primary: { main: "#5fd0bc", light: "#8ee3d3", dark: "#2fa592", contrastText: "#04211c" },
        secondary: { main: "#ff9b7d", light: "#ffbda8", dark: "#e0704d", contrastText: "#2b0d04" },
        error: { main: "#ff8a80", contrastText: "#2c0503" },
        success: { main: "#7bd694" },
        info: { main: "#9fd8cd", contrastText: "#04211c" },
        warning: { main: "#f2c062" },
        background: { default: "#0e1514", paper: "#162120" },
        text: { primary: "#e9f0ee", secondary: "#a6b6b1" },
        divider: "rgba(233, 240, 238, 0.14)",
      },
    },
  },
  shape: { borderRadius: 12 },
  typography: {
    fontFamily: TEXT,
    h1: { fontFamily: DISPLAY, fontWeight: 700, letterSpacing: "-0.03em", lineHeight: 1.05 },
    h2: { fontFamily: DISPLAY, fontWeight: 700, letterSpacing: "-0.02em", lineHeight: 1.15 },
    h3: { fontFamily: DISPLAY, fontWeight: 650, letterSpacing: "-0.02em", lineHeight: 1.2 },
    h4: { fontFamily: DISPLAY, fontWeight: 650, letterSpacing: "-0.015em", fontSize: "1.75rem" },
    h5: { fontFamily: DISPLAY, fontWeight: 650, letterSpacing: "-0.01em", fontSize: "1.35rem" },
    h6: { fontFamily: DISPLAY, fontWeight: 600, letterSpacing: "-0.005em", fontSize: "1.1rem" },
    button: { textTransform: "none", fontWeight: 600, letterSpacing: 0 },
  },
  components: {
    MuiButton: {
      defaultProps: { disableElevation: true },
      styleOverrides: {
        // 44 px is the smallest target a thumb hits reliably (WCAG 2.5.5).
        root: { borderRadius: 999, minHeight: 44, paddingInline: 20 },
        sizeSmall: { minHeight: 36, paddingInline: 14 },
        sizeLarge: { minHeight: 52, paddingInline: 28, fontSize: "1rem" },
      },
    },
    MuiIconButton: { styleOverrides: { root: { minWidth: 44, minHeight: 44 } } },
    MuiButtonBase: {
      styleOverrides: {
        root: ({ theme: t }) => ({
          "&:focus-visible": {
            outline: `3px solid ${t.vars.palette.primary.main}`,
            outlineOffset: 2,
          },
        }),
      },
    },
    MuiPaper: { styleOverrides: { root: { backgroundImage: "none" } } },
    MuiCard: {
      defaultProps: { variant: "outlined" },
      styleOverrides: { root: { borderRadius: 18 } },
    },
    MuiDialog: {
      defaultProps: { fullWidth: true, maxWidth: "sm" },
      styleOverrides: { paper: { borderRadius: 22 } },
    },
    MuiPopover: {
      styleOverrides: {
        paper: ({ theme: t }) => ({
          borderRadius: 16,
          border: `1px solid ${t.vars.palette.divider}`,
        }),
      },
    },
    MuiDialogActions: { styleOverrides: { root: { padding: "8px 24px 24px" } } },
    MuiOutlinedInput: { styleOverrides: { root: { borderRadius: 12 } } },
    MuiTooltip: { defaultProps: { arrow: true, enterDelay: 400 } },
    MuiListItemButton: { styleOverrides: { root: { borderRadius: 12, minHeight: 44 } } },
    MuiMenuItem: {
      styleOverrides: {
        root: {
          minHeight: 44,
          // Wider than this MUI expects a mouse; tablets are as wide.
          "@media (min-width: 600px)": { minHeight: 44 },
          // The menu would cut what is around its items.
          "&:focus-visible": { outlineOffset: -3 },
        },
      },
    },
  },
});

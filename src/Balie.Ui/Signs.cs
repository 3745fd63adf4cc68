namespace Balie.Ui;

/// <summary>The pictures, drawn where they stand so that nothing has to be fetched.</summary>
public static class Signs
{
    public static Markup Good => In("good", "m14 25 7 7 13-15");
    public static Markup Bad => In("bad", "m17 17 14 14m0-14L17 31");
    public static Markup Busy => In("busy", "M24 2a22 22 0 0 1 22 22");
    public static Markup Wait => In("wait", "M24 12v13l8 5");

    private static Markup In(string kind, string path) => $"""
        <svg class="sign {kind}" viewBox="0 0 48 48" aria-hidden="true"><circle cx="24" cy="24" r="22"/><path d="{path}"/></svg>
        """;
}

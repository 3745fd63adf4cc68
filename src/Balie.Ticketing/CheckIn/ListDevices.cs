namespace Balie.Ticketing.CheckIn;

/// <summary>All devices, the newest first; those that were revoked stay on the list.</summary>
internal static class ListDevices
{
    public static void Map(IEndpointRouteBuilder api) => api.MapGet("/devices", Handle).Needs(Permission.EventsRead);

    public static async Task<Outcome<Page<Device>>> Handle(Paging paging, Db db, CancellationToken ct)
    {
        if (paging.Problem is not null) return paging.Problem;
        var rows = await db.Many<Device.Row>(Select, new { paging.After, paging.AfterId, paging.Take }, ct);
        return Page<Device>.Of([.. rows.Select(row => row.Device)], paging, device => (device.CreatedAt, device.Id));
    }

    private const string Select = $"""
        select {Device.Columns}
        from ticketing.devices
        where org_id = @orgId and (@after::timestamptz is null or (created_at, device_id) < (@after, @afterId))
        order by created_at desc, device_id desc
        limit @take
        """;
}

using PathVlm.Modeling.Numerics;

namespace PathVlm.Synthesis.Drawing;

/// <summary>
/// Planes of numbers that shapes are painted on with smooth edges: dye concentrations of a section, grey values of a scan,
/// colours of a photograph. Our own, so that a set does not depend on the version of a graphics library.
/// </summary>
internal sealed class Raster
{
    /// <param name="width">Pixels a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="planes">Planes, all zero at first.</param>
    public Raster(int width, int height, int planes)
    {
        Width = width;
        Height = height;
        Planes = new float[planes][];
        for (int plane = 0; plane < planes; plane++)
            Planes[plane] = new float[width * height];
    }

    /// <summary>Pixels a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Values [planes][Height * Width].</summary>
    public float[][] Planes { get; }

    /// <summary>Sets every pixel.</summary>
    public void Clear(params ReadOnlySpan<float> values)
    {
        for (int plane = 0; plane < Planes.Length; plane++)
            Array.Fill(Planes[plane], values[plane]);
    }

    /// <summary>Lays a shape over what is there.</summary>
    /// <param name="shape">What to paint.</param>
    /// <param name="opacity">Share of what lies below that it hides, 0 to 1.</param>
    /// <param name="softness">Width of its edge in pixels, above 0.</param>
    /// <param name="values">One value a plane.</param>
    public void Paint(Shape shape, float opacity, float softness, params ReadOnlySpan<float> values)
    {
        float reach = shape.Reach + softness;
        int left = Math.Max(0, (int)MathF.Floor(shape.X - reach)), right = Math.Min(Width - 1, (int)MathF.Ceiling(shape.X + reach));
        int top = Math.Max(0, (int)MathF.Floor(shape.Y - reach)), bottom = Math.Min(Height - 1, (int)MathF.Ceiling(shape.Y + reach));
        for (int y = top; y <= bottom; y++)
        {
            for (int x = left; x <= right; x++)
            {
                float cover = opacity * Math.Clamp(0.5f - (shape.Edge(x, y) / softness), 0, 1);
                if (cover <= 0)
                    continue;
                int at = (y * Width) + x;
                for (int plane = 0; plane < Planes.Length; plane++)
                    Planes[plane][at] += cover * (values[plane] - Planes[plane][at]);
            }
        }
    }

    /// <summary>Adds smooth mottling to a plane: noise on a coarse grid, interpolated, times <paramref name="amount"/>.</summary>
    public void Mottle(SeededRandom random, int plane, float cell, float amount)
    {
        int columns = (int)(Width / cell) + 2, rows = (int)(Height / cell) + 2;
        float[] grid = new float[columns * rows];
        for (int index = 0; index < grid.Length; index++)
            grid[index] = random.Normal();
        for (int y = 0; y < Height; y++)
        {
            int row = (int)(y / cell);
            float v = Ease((y / cell) - row);
            for (int x = 0; x < Width; x++)
            {
                int column = (int)(x / cell);
                float u = Ease((x / cell) - column);
                int at = (row * columns) + column;
                float above = grid[at] + (u * (grid[at + 1] - grid[at]));
                float below = grid[at + columns] + (u * (grid[at + columns + 1] - grid[at + columns]));
                Planes[plane][(y * Width) + x] += amount * (above + (v * (below - above)));
            }
        }
    }

    /// <summary>Blurs all planes with the kernel [s, 1 - 2s, s] along rows, then columns.</summary>
    public void Blur(float side)
    {
        foreach (float[] plane in Planes)
        {
            BlurLines(plane, Height, Width, Width, 1, side);
            BlurLines(plane, Width, Height, 1, Width, side);
        }
    }

    private static void BlurLines(float[] plane, int lines, int length, int lineStep, int step, float side)
    {
        for (int line = 0; line < lines; line++)
        {
            int at = line * lineStep;
            float before = plane[at];
            for (int index = 0; index < length; index++, at += step)
            {
                float here = plane[at], after = index + 1 < length ? plane[at + step] : here;
                plane[at] = (side * (before + after)) + ((1 - (2 * side)) * here);
                before = here;
            }
        }
    }

    private static float Ease(float t) => t * t * (3 - (2 * t));
}
